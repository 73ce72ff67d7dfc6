package io.ownedlock.spring.observe;

/** The meters, by their names. Tags are a lock's name and closed sets of words; a key is never a tag. */
enum LockMeter {
    WAIT("owned.lock.wait", "Time from asking for a lock to getting it, or to giving up"),
    HOLD("owned.lock.hold", "Time locks were held that were given back"),
    HELD("owned.lock.held", "Locks that are held"),
    WAITING("owned.lock.waiting", "Tasks that wait for a lock"),
    BROKEN("owned.lock.broken", "Locks whose owner ended and still held them");

    private final String id;
    private final String description;

    LockMeter(String id, String description) {
        this.id = id;
        this.description = description;
    }

    String id() {
        return id;
    }

    String description() {
        return description;
    }
}
