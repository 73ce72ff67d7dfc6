package io.ownedlock.spring.observe;

import io.ownedlock.spring.observe.LockViews.Which;
import io.ownedlock.sync.LockId;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;

/** Somebody who looks at the locks, and may see their keys or not. */
record Viewer(LockIds ids, boolean seesKeys) {

    Which which(LockId lock) {
        return new Which(ids.of(lock), lock.name(), key(lock));
    }

    private @Nullable String key(LockId lock) {
        return seesKeys || lock.key() == null ? lock.key() : SanitizableData.SANITIZED_VALUE;
    }

    /** What a task waits for, a lock's name and key or the text of a primitive of the application's own. */
    String resource(String text) {
        int key = text.indexOf('[');
        return seesKeys || key < 0 ? text : text.substring(0, key) + "[" + SanitizableData.SANITIZED_VALUE + "]";
    }
}
