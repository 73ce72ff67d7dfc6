package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

/** What an editor shows of our properties. */
class MetadataTest {

    @Test
    void everyPropertyHasADescription() throws IOException {
        assertThat(properties())
                .filteredOn(property -> name(property).startsWith("owned-lock"))
                .isNotEmpty()
                .allSatisfy(property -> assertThat((String) property.get("description"))
                        .as(name(property))
                        .isNotBlank());
    }

    @Test
    void theseAreAmongThem() throws IOException {
        assertThat(properties())
                .extracting(MetadataTest::name)
                .contains(
                        "owned-lock.enabled",
                        "owned-lock.defaults.on-owner-end",
                        "owned-lock.defaults.wait-at-most",
                        "owned-lock.defaults.capture-site",
                        "owned-lock.locks",
                        "owned-lock.aspect.enabled",
                        "owned-lock.aspect.order",
                        "owned-lock.aspect.strict",
                        "owned-lock.registry.max-keys",
                        "owned-lock.tasks.async",
                        "owned-lock.tasks.runners",
                        "owned-lock.tasks.scheduled",
                        "owned-lock.watchdog.enabled",
                        "owned-lock.watchdog.interval",
                        "owned-lock.web.enabled",
                        "owned-lock.web.exclude",
                        "owned-lock.web.filter-order",
                        "owned-lock.web.problem.enabled",
                        "owned-lock.web.problem.include-details",
                        "owned-lock.web.problem.retry-after",
                        "owned-lock.web.problem.type-base",
                        "management.health.ownedlocks.enabled");
    }

    private static String name(Map<String, Object> property) {
        return (String) property.get("name");
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> properties() throws IOException {
        // The one beside our classes: every jar of Boot has its own.
        URL classes =
                OwnedLockProperties.class.getProtectionDomain().getCodeSource().getLocation();
        try (InputStream json = new URL(classes, "META-INF/spring-configuration-metadata.json").openStream()) {
            return (List<Map<String, Object>>) JsonParserFactory.getJsonParser()
                    .parseMap(new String(json.readAllBytes(), StandardCharsets.UTF_8))
                    .get("properties");
        }
    }
}
