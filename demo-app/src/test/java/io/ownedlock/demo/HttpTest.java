package io.ownedlock.demo;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;

/**
 * A test of the whole application on a real server, with an {@link HttpApi} to call it and a {@link GatedPause} for its work.
 * Tests with the same properties share one application and one hall, so each sells seats of its own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@Import(HttpTest.Configuration.class)
public @interface HttpTest {

    @TestConfiguration(proxyBeanMethods = false)
    class Configuration {

        @Bean
        @Primary
        GatedPause gatedPause() {
            return new GatedPause();
        }

        @Bean
        @Lazy
        HttpApi httpApi(Environment environment) {
            return new HttpApi(environment.getRequiredProperty("local.server.port", Integer.class));
        }
    }
}
