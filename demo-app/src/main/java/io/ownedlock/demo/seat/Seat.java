package io.ownedlock.demo.seat;

/**
 * A seat as buyers see it.
 *
 * @param seat its number, {@code A1} for one
 * @param state whether it can be bought
 */
public record Seat(String seat, State state) {

    /** Whether a seat can be bought. */
    public enum State {
        FREE,
        SOLD
    }
}
