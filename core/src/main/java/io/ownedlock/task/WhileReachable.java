package io.ownedlock.task;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * {@link Liveness#whileReachable}. Being collected is for good, so it does not matter who has come and gone since it was found
 * out.
 */
final class WhileReachable implements Liveness {

    private final WeakReference<Object> anchor;

    WhileReachable(Object anchor) {
        this.anchor = new WeakReference<>(anchor);
    }

    @Override
    public boolean isGone(@Nullable Thread inside) {
        return inside == null && anchor.get() == null;
    }
}
