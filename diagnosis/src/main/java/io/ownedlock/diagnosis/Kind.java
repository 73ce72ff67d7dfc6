package io.ownedlock.diagnosis;

import java.util.Locale;

/** A kind of locks that the shop may have. */
enum Kind {
    OURS("OwnedLock"),
    REENTRANT("`ReentrantLock`"),
    INTEGRATION("`DefaultLockRegistry`");

    private final String title;

    Kind(String title) {
        this.title = title;
    }

    /** In Markdown. */
    String title() {
        return title;
    }

    String profile() {
        return name().toLowerCase(Locale.ROOT);
    }
}
