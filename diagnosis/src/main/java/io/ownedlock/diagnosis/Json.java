package io.ownedlock.diagnosis;

import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON as it is read, and as it is shown: one line for each field of the outermost object. */
final class Json {

    private static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    static JsonNode read(String text) {
        return MAPPER.readTree(text);
    }

    static String show(JsonNode node) {
        if (!node.isObject()) {
            return inLine(node);
        }
        return node.propertyStream()
                .map(field -> "  \"" + field.getKey() + "\": " + inLine(field.getValue()))
                .collect(Collectors.joining(",\n", "{\n", "\n}"));
    }

    private static String inLine(JsonNode node) {
        if (node.isObject()) {
            return node.propertyStream()
                    .map(field -> "\"" + field.getKey() + "\": " + inLine(field.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (node.isArray()) {
            return node.valueStream().map(Json::inLine).collect(Collectors.joining(", ", "[", "]"));
        }
        return node.toString();
    }
}
