package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** What an editor shows of our properties. */
class MetadataTest {

    @Test
    void everyPropertyHasADescription() throws IOException {
        assertThat(ours())
                .isNotEmpty()
                .allSatisfy(property -> assertThat((String) property.get("description"))
                        .as(Metadata.name(property))
                        .isNotBlank());
    }

    /** A property that is not there, or is there in another form, has no help in an editor. */
    @Test
    void everySettingOfALockIsThere() throws IOException {
        assertThat(ours())
                .extracting(Metadata::name)
                .contains("owned-lock.locks", "management.health.ownedlocks.enabled")
                .containsAll(Arrays.stream(OwnedLockProperties.Settings.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .map(MetadataTest::kebab)
                        .map("owned-lock.defaults."::concat)
                        .toList());
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
    }

    /** Editors offer the values of an enum, and know what a duration looks like. */
    @ParameterizedTest
    @CsvSource({
        "owned-lock.defaults.on-owner-end, io.ownedlock.sync.OnOwnerEnd, break",
        "owned-lock.defaults.on-overdue, io.ownedlock.sync.OnOverdue, warn",
        "owned-lock.deadlock, io.ownedlock.deadlock.DeadlockPolicy, throw",
        "owned-lock.watchdog.interval, java.time.Duration, 1s",
        "owned-lock.web.problem.retry-after, java.time.Duration, 1s",
        "owned-lock.web.problem.type-base, java.net.URI, urn:ownedlock:problem:",
        "management.health.ownedlocks.enabled, java.lang.Boolean, true"
    })
    void aTypeAndADefaultAreTold(String name, String type, String value) throws IOException {
        assertThat(ours())
                .filteredOn(property -> Metadata.name(property).equals(name))
                .singleElement()
                .satisfies(property -> {
                    assertThat(property.get("type")).isEqualTo(type);
                    assertThat(String.valueOf(property.get("defaultValue"))).isEqualTo(value);
                });
    }

    @Test
    void everyDurationAmongTheSettingsIsOne() throws IOException {
        assertThat(ours())
                .filteredOn(property -> Metadata.name(property).endsWith("-at-most")
                        || Metadata.name(property).endsWith("-grace"))
                .hasSize(3)
                .allSatisfy(property -> assertThat(property.get("type")).isEqualTo(Duration.class.getName()));
    }

    @Test
    void everyHintIsOfAProperty() throws IOException {
        List<String> names = ours().stream().map(Metadata::name).toList();
        assertThat(Metadata.of("hints"))
                .extracting(Metadata::name)
                .isNotEmpty()
                .allMatch(hint -> names.contains(hint.replaceFirst("\\.(keys|values)$", "")))
                .allMatch(ConfigurationPropertyName::isValid);
    }

    private static List<Map<String, Object>> ours() throws IOException {
        return Metadata.of("properties");
    }
}
