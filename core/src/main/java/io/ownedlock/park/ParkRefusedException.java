package io.ownedlock.park;

/** The task that was to park, or was parked, is ending or over, and does not wait any more. */
public final class ParkRefusedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    ParkRefusedException(String message) {
        super(message);
    }
}
