package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** What an author reads whose application does not start. */
@ExtendWith(OutputCaptureExtension.class)
class OwnedLockWebPropertiesTest {

    @Test
    void aBadPatternIsNamedWithThePlaceThatItComesFrom(@TempDir Path directory, CapturedOutput output)
            throws Exception {
        Path yaml = directory.resolve("settings.yaml");
        Files.writeString(yaml, "owned-lock:\n  web:\n    exclude:\n      - /actuator/**\n      - /orders/{id\n");

        assertFailsToStart("spring.config.import", yaml.toUri().toString());

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The value of 'owned-lock.web.exclude[1]' is /orders/{id, but it is no path pattern")
                .contains("settings.yaml] - 5:9")
                .contains("Write it as in a controller's mapping");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            owned-lock.web.exclude             ; /a/**,/b/{ ; 'owned-lock.web.exclude[1]' is /b/{
            owned-lock.web.exclude             ; /a/**/b/** ; 'owned-lock.web.exclude[0]' is /a/**/b/**
            owned-lock.web.problem.retry-after ; -1s        ; 'owned-lock.web.problem.retry-after' is -1000ms
            """)
    void aValueThatMakesNoSenseIsNamedWithItsSource(String property, String value, String told, CapturedOutput output) {
        assertFailsToStart(property, value);

        assertThat(output).contains(told).contains("Origin: \"" + property + "\" from property source");
    }

    @ParameterizedTest
    @CsvSource({
        "owned-lock.web.problem.type-base, ht tp:",
        "owned-lock.web.problem.include-details, sometimes",
        "owned-lock.web.problem.retry-after, soon",
        "owned-lock.web.filter-order, first",
        "owned-lock.web.enabled, perhaps",
        "owned-lock.web.problem.enabled, perhaps"
    })
    void aValueThatCannotBeReadIsNamed(String property, String value, CapturedOutput output) {
        assertFailsToStart(property, value);

        assertThat(output).contains("APPLICATION FAILED TO START", property, value, "Origin:");
    }

    private static void assertFailsToStart(String property, String value) {
        assertThatException()
                .isThrownBy(() ->
                        SpringApplication.run(Application.class, "--server.port=0", "--" + property + "=" + value));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
