package io.ownedlock.testing;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import org.jspecify.annotations.Nullable;

/**
 * All the memory of this JVM but so many bytes. For a JVM of its own, whose heap is small, does not grow, and has
 * one collector and no part for each thread: there a look at the two places where
 * objects are made tells what two arrays can fill, and the rest, whatever it is, is filled with the smallest objects that there are,
 * some of which are let go of then.
 */
public final class FullHeap {

    /** The most that can be left. */
    public static final int MOST = 32 * 1024;

    private static final int HEADER = 16;

    private static final MemoryPoolMXBean OLD = pool("Tenured Gen");
    private static final MemoryPoolMXBean YOUNG = pool("Eden Space");

    /** As small as objects are. */
    private record Crumb(@Nullable Crumb next) {

        static final int SIZE = 16;
    }

    private static byte @Nullable [] old;
    private static byte @Nullable [] young;
    private static @Nullable Crumb crumbs;

    private FullHeap() {}

    private static MemoryPoolMXBean pool(String name) {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals(name))
                .findAny()
                .orElseThrow();
    }

    /** From here on there is so much left, for all threads together. */
    public static void leave(int bytes) {
        System.gc();
        old = new byte[left(OLD.getUsage())];
        young = new byte[left(YOUNG.getUsage()) - MOST];
        try {
            for (; ; ) {
                crumbs = new Crumb(crumbs);
            }
        } catch (OutOfMemoryError full) {
            for (int left = bytes; left > 0 && crumbs != null; left -= Crumb.SIZE) {
                crumbs = crumbs.next;
            }
        }
    }

    private static int left(MemoryUsage usage) {
        return (int) (usage.getCommitted() - usage.getUsed()) - HEADER;
    }

    /** There is memory again. */
    public static void free() {
        old = null;
        young = null;
        crumbs = null;
    }
}
