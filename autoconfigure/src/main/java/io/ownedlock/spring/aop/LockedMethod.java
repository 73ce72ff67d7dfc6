package io.ownedlock.spring.aop;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.OwnedLock.Mode;
import io.ownedlock.spring.OwnedLock.Release;
import io.ownedlock.sync.HoldableLock;
import io.ownedlock.sync.LockId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the annotations of one method come to.
 *
 * @param label the method, as tasks, errors and the log name it
 * @param operations one for each annotation
 * @param release when to give the locks back
 * @param mayReturnStage whether what it returns may be a stage to wait for
 * @param skipped what a call returns that is skipped
 * @param fallback what to call if a lock is not got
 */
record LockedMethod(
        String label,
        List<LockOperation> operations,
        Release release,
        boolean mayReturnStage,
        @Nullable Object skipped,
        @Nullable Fallback fallback) {

    private static final Comparator<Wanted> CANONICAL = Comparator.comparing(
                    (Wanted wanted) -> wanted.id().name())
            .thenComparing(wanted -> wanted.id().key(), Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(wanted -> wanted.operation().mode() == Mode.READ);

    /** One of the locks of a call. */
    record Wanted(LockOperation operation, HoldableLock lock) {

        LockId id() {
            return lock.id();
        }
    }

    /** The names of its locks, each once and in order. */
    List<String> names() {
        return operations.stream().map(LockOperation::name).distinct().sorted().toList();
    }

    /**
     * The locks for a call with these arguments, in the order in which everybody takes them: two calls never wait for each other.
     * Each of them once, and writing before, so instead of, reading: two keys may turn out to be the same.
     */
    List<Wanted> wanted(LockRegistry registry, @Nullable Object[] arguments) {
        if (operations.size() == 1) {
            return List.of(wanted(operations.get(0), registry, arguments));
        }
        List<Wanted> all = new ArrayList<>(operations.size());
        for (LockOperation operation : operations) {
            all.add(wanted(operation, registry, arguments));
        }
        all.sort(CANONICAL);
        for (int i = all.size() - 1; i > 0; i--) {
            if (all.get(i).id().equals(all.get(i - 1).id())) {
                all.remove(i);
            }
        }
        return all;
    }

    private static Wanted wanted(LockOperation operation, LockRegistry registry, @Nullable Object[] arguments) {
        return new Wanted(operation, operation.obtain(registry, arguments));
    }
}
