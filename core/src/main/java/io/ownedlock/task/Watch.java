package io.ownedlock.task;

import org.jspecify.annotations.Nullable;

/**
 * The hooks that were added to a task from outside, newest first: a list that never changes, so that the task swaps one for
 * another by compare-and-set. Taking one out copies what is newer; that is for rare use and short lists.
 *
 * @param hook what to do at the task's end
 * @param older the rest
 */
record Watch(@Nullable ExitHook hook, @Nullable Watch older) {

    /** What stands in for the list once it has been dealt with. */
    static final Watch OVER = new Watch(null, null);

    /** The list without the hook; the list itself if the hook is not in it. */
    static @Nullable Watch without(@Nullable Watch list, ExitHook hook) {
        Watch found = list;
        while (found != null && found.hook != hook) {
            found = found.older;
        }
        if (found == null) {
            return list;
        }
        Watch copied = null;
        for (Watch watch = list; watch != null && watch != found; watch = watch.older) {
            copied = new Watch(watch.hook, copied);
        }
        Watch rest = found.older;
        for (Watch watch = copied; watch != null; watch = watch.older) {
            rest = new Watch(watch.hook, rest);
        }
        return rest;
    }

    /** The oldest hook, from which {@link ExitHook#newer} leads to the newest; links them without allocating. */
    static @Nullable ExitHook oldestFirst(@Nullable Watch list) {
        ExitHook newer = null;
        for (Watch watch = list; watch != null && watch.hook != null; watch = watch.older) {
            watch.hook.newer = newer;
            newer = watch.hook;
        }
        return newer;
    }
}
