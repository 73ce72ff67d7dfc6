package io.ownedlock.spring.observe;

import io.ownedlock.deadlock.WaitForGraph.Edge;
import io.ownedlock.spring.observe.LockViews.Which;
import io.ownedlock.sync.LockId;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;

/** Somebody who looks at the locks, and may see their keys or not. */
record Viewer(LockIds ids, boolean seesKeys) {

    Which which(LockId lock) {
        return new Which(ids.of(lock), lock.name(), shown(lock.key()));
    }

    private @Nullable String shown(@Nullable String key) {
        return seesKeys || key == null ? key : SanitizableData.SANITIZED_VALUE;
    }

    /** What a task waits for; {@code null} if it is another task alone. */
    @Nullable String resource(Edge edge) {
        String key = shown(edge.key());
        return key == null ? edge.resource() : edge.resource() + "[" + key + "]";
    }
}
