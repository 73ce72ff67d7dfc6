package io.ownedlock.diagnosis.shop;

import java.io.IOException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The shop. Its profile says whose locks it has: {@code ours}, {@code reentrant} or {@code integration}. */
@SpringBootApplication
public class ShopApplication {

    /** The argument that makes the shop end when its standard input does, and so never outlive who started it. */
    public static final String ENDS_WITH_INPUT = "--ends-with-input";

    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals(ENDS_WITH_INPUT)) {
            Thread guard = new Thread(ShopApplication::endWithInput, "input");
            guard.setDaemon(true);
            guard.start();
        }
        SpringApplication.run(ShopApplication.class, args);
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // As good as the end.
        }
        // No shutdown in order: it would wait for requests that never end.
        Runtime.getRuntime().halt(0);
    }
}
