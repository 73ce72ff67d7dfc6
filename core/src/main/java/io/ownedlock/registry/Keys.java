package io.ownedlock.registry;

import java.math.BigInteger;
import java.util.UUID;

/**
 * The text of a key. Two keys are the same if and only if their texts are, so only types are let in whose text says all there
 * is to their value, and whose {@code toString} cannot be a user's.
 */
final class Keys {

    private Keys() {}

    static String text(Object key) {
        String text;
        if (key instanceof String string) {
            text = string;
        } else if (key instanceof Enum<?> constant) {
            text = constant.name();
        } else if (isPlain(key)) {
            text = key.toString();
        } else {
            throw new IllegalArgumentException("A lock's key cannot be of type "
                    + key.getClass().getName()
                    + ": use a String, an integer, a UUID, an enum constant, a Character or a Boolean");
        }
        if (text.isBlank()) {
            throw new IllegalArgumentException("A lock's key must not be blank");
        }
        return text;
    }

    private static boolean isPlain(Object key) {
        return key instanceof Long
                || key instanceof Integer
                || key instanceof UUID
                || key instanceof Short
                || key instanceof Byte
                || key instanceof Character
                || key instanceof Boolean
                || key.getClass() == BigInteger.class;
    }
}
