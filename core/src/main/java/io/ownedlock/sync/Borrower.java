package io.ownedlock.sync;

import java.util.Set;
import java.util.UUID;

/**
 * Whoever a token is for. Borrowers are looked up under an internal lock, where no user's {@code equals} or {@code hashCode} may
 * run: so objects are told apart by identity, save those of some final classes of the JDK whose values are what matters and
 * whose methods are known to be harmless.
 */
final class Borrower {

    private static final Set<Class<?>> BY_VALUE = Set.of(
            String.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            Character.class,
            Boolean.class,
            UUID.class);

    private final Object object;

    Borrower(Object object) {
        this.object = object;
    }

    Object object() {
        return object;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Borrower that
                && (object == that.object || (BY_VALUE.contains(object.getClass()) && object.equals(that.object)));
    }

    @Override
    public int hashCode() {
        return BY_VALUE.contains(object.getClass()) ? object.hashCode() : System.identityHashCode(object);
    }
}
