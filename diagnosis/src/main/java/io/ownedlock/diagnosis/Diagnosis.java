package io.ownedlock.diagnosis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Lets five incidents happen in three shops, which differ in the kind of their locks, and writes into {@code docs/diagnosis.md} what an
 * operator sees. Each shop is a JVM of its own on the loopback, which this one starts and ends.
 */
public final class Diagnosis {

    /** Seen from the module, where Maven runs both this and the tests. */
    static final Path PAGE = Path.of("..", "docs", "diagnosis.md");

    private static final Path LOGS = Path.of("target", "diagnosis");

    private Diagnosis() {}

    public static void main(String[] args) throws Exception {
        Page page = Page.read(PAGE);
        List<Night> nights = look();
        for (Incident incident : Incident.values()) {
            page = page.with(incident, Report.of(incident, nights));
        }
        page.write(PAGE);
        System.out.println("Written: " + PAGE.toRealPath() + ". The logs of the shops: " + LOGS.toRealPath());
    }

    /** A night for each kind, in their order; all at the same time. */
    static List<Night> look() throws IOException, ExecutionException, InterruptedException {
        Files.createDirectories(LOGS);
        ExecutorService operators = Executors.newFixedThreadPool(Kind.values().length);
        try {
            List<Future<Night>> nights = new ArrayList<>();
            for (Kind kind : Kind.values()) {
                nights.add(operators.submit(() -> Night.of(kind, LOGS)));
            }
            List<Night> over = new ArrayList<>();
            for (Future<Night> night : nights) {
                over.add(night.get());
            }
            return over;
        } finally {
            operators.shutdownNow();
        }
    }
}
