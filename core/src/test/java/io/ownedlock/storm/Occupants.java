package io.ownedlock.storm;

import java.util.ArrayList;
import java.util.List;

/** The oracle of one primitive: who is inside as far as they can know, from after they took it to before they give it back. */
final class Occupants {

    private record Stay(Frame frame, boolean exclusive) {}

    private final String name;
    private final int room;
    private final List<Stay> stays = new ArrayList<>();

    /** For a primitive with room for so many that do not exclude each other. */
    Occupants(String name, int room) {
        this.name = name;
        this.room = room;
    }

    /** Somebody believes to be inside now. */
    void enter(Frame frame, boolean exclusive) {
        for (Stay other : stays) {
            boolean family = frame.isWithin(other.frame) || other.frame.isWithin(frame);
            if ((exclusive || other.exclusive) && !family) {
                throw new AssertionError("Two inside of " + name + ": " + frame + " came to " + other.frame);
            }
        }
        stays.add(new Stay(frame, exclusive));
        if (stays.size() > room) {
            throw new AssertionError("More than " + room + " inside of " + name + ": " + stays);
        }
    }

    void leave(Frame frame, boolean exclusive) {
        stays.remove(new Stay(frame, exclusive));
    }

    int count(Frame frame) {
        return (int) stays.stream().filter(stay -> stay.frame == frame).count();
    }

    /** The frame leaves, however often it has come. */
    void leaveAltogether(Frame frame) {
        stays.removeIf(stay -> stay.frame == frame);
    }
}
