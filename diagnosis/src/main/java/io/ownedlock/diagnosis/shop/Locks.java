package io.ownedlock.diagnosis.shop;

import java.util.concurrent.locks.Lock;

/** All that the shop knows of its locks; each kind is one of these. */
interface Locks {

    /** The one lock for a name and key. */
    Lock obtain(String name, String key);

    /**
     * Makes a change that nobody may see the half of. A lock that does not know when its owner ends has to be given back in a
     * {@code finally}, or it is lost: so it is free again, however much of the change was made.
     */
    default void change(String name, String key, Runnable change) {
        Lock lock = obtain(name, key);
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }
}
