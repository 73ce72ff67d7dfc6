package io.ownedlock.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.springframework.boot.json.JsonParserFactory;

/** What editors know of our properties. */
final class Metadata {

    private Metadata() {}

    /** The entries of one part of it, "properties" for one. */
    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> of(String part) throws IOException {
        // The one beside our classes: every jar of Boot has its own.
        URL classes =
                OwnedLockProperties.class.getProtectionDomain().getCodeSource().getLocation();
        try (InputStream json = new URL(classes, "META-INF/spring-configuration-metadata.json").openStream()) {
            return (List<Map<String, Object>>) JsonParserFactory.getJsonParser()
                    .parseMap(new String(json.readAllBytes(), StandardCharsets.UTF_8))
                    .get(part);
        }
    }

    static String name(Map<String, Object> entry) {
        return (String) entry.get("name");
    }
}
