package io.ownedlock.sync;

import io.ownedlock.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is inside a {@link TaskReadWriteLock}, and what it must be known of the last one who was: one state, which is replaced and
 * never changed. There is a writer and readers at the same time only if the readers are the writer itself or nested in it.
 *
 * @param writer who writes; borrowed, if it has a lender
 * @param readers who reads, oldest first
 * @param left who has died writing, until somebody who wrote since has closed normally
 * @param poisoned whether it serves nobody because of that; nobody is inside then
 */
record Occupancy(
        @Nullable Share writer,
        List<Share> readers,
        @Nullable Abandonment left,
        boolean poisoned) {

    static final Occupancy CLEAN = new Occupancy(null, List.of(), null, false);

    /** What remains when the last one inside has died writing. */
    static Occupancy abandoned(Abandonment abandonment) {
        return new Occupancy(null, List.of(), abandonment, abandonment.policy() == OnOwnerEnd.POISON);
    }

    boolean isEmpty() {
        return writer == null && readers.isEmpty();
    }

    /** The task's own share of a side; the latest, if it has lent an older one. One without a grip is on its way out. */
    @Nullable Share of(Task task, Side side) {
        return of(task, side, Share::isOpen);
    }

    /** Whether the task has this side, or one that it is nested in does. */
    boolean isHeldFor(Task task, Side side) {
        return of(task, side) != null
                || (side == Side.WRITE
                        ? writer != null && writer.isFor(task)
                        : readers.stream().anyMatch(reader -> reader.isFor(task)));
    }

    /** The task's own share of a side that has a grip by {@code lock()}; a future may have brought it another one. */
    @Nullable Share lockedBy(Task task, Side side) {
        return of(task, side, Share::isLocked);
    }

    private @Nullable Share of(Task task, Side side, Predicate<Share> condition) {
        if (side == Side.READ) {
            for (Share reader : readers) {
                if (reader.owner() == task && condition.test(reader)) {
                    return reader;
                }
            }
            return null;
        }
        Share share = writer;
        while (share != null && (share.owner() != task || !condition.test(share))) {
            share = share.lender;
        }
        return share;
    }

    /** The task's own share, or that of the closest it is nested in; the writing one of two. */
    @Nullable Share closestFor(Task task) {
        Share closest = null;
        for (Share share = writer; share != null; share = share.lender) {
            closest = closer(task, share, closest);
        }
        for (Share share : readers) {
            closest = closer(task, share, closest);
        }
        return closest;
    }

    private static @Nullable Share closer(Task task, Share share, @Nullable Share closest) {
        return share.isOpen()
                        && share.isFor(task)
                        && (closest == null || share.owner().isNestedIn(closest.owner()))
                ? share
                : closest;
    }

    /** Whether the task, or one it is nested in, only reads, so that to wait for writing would be to wait for itself. */
    boolean isOnlyReadFor(Task task) {
        Share closest = closestFor(task);
        return closest != null && !closest.isWriting();
    }

    /** Whether it may come in, as far as it is up to those inside. */
    boolean admits(Share share) {
        Task task = share.owner();
        if (poisoned || (writer != null && !writer.isFor(task))) {
            return false;
        }
        return !share.isWriting()
                || readers.isEmpty()
                || (!isOnlyReadFor(task) && readers.stream().allMatch(reader -> reader.isFor(task)));
    }

    /** Whether somebody reads who is not the writer itself, and so must leave before the writer can be given up. */
    boolean isBorrowed(Share lender) {
        return writer != lender || readers.stream().anyMatch(reader -> reader.owner() != lender.owner());
    }

    /** Whether the share is inside, and can leave: a lender cannot before the borrower has. */
    boolean canLeave(Share share) {
        return share.isWriting() ? writer == share : readers.contains(share);
    }

    Occupancy with(Share share) {
        if (share.isWriting()) {
            return new Occupancy(share, readers, left, poisoned);
        }
        List<Share> more = new ArrayList<>(readers);
        more.add(share);
        return new Occupancy(writer, List.copyOf(more), left, poisoned);
    }

    /** The share was closed normally. After the last who wrote, all is well again. */
    Occupancy closed(Share share) {
        Occupancy after = without(share, left);
        return share.isWriting() && after.writer == null ? new Occupancy(null, readers, null, poisoned) : after;
    }

    /**
     * Who has the lock back if the owner of this writing share ends: the closest lender that goes on writing, or one that has let go of
     * that and goes on reading. {@code null} if there is neither.
     */
    @Nullable Share survivor(Share share) {
        Share survivor = share.survivor();
        for (Share reader : readers) {
            if (survivor == null && reader.isOpen() && share.owner().isNestedIn(reader.owner())) {
                survivor = reader;
            }
        }
        return survivor;
    }

    /** The owner of a loan has died. */
    Occupancy returned(Share survivor, Abandonment nowLeft) {
        return new Occupancy(survivor.isWriting() ? survivor : null, readers, nowLeft, poisoned);
    }

    /** A loan goes back to its lender, unless that has let go meanwhile. */
    Occupancy without(Share share, @Nullable Abandonment nowLeft) {
        if (!share.isWriting()) {
            List<Share> fewer = new ArrayList<>(readers);
            fewer.remove(share);
            return new Occupancy(writer, List.copyOf(fewer), nowLeft, poisoned);
        }
        return new Occupancy(share.openLender(), readers, nowLeft, poisoned);
    }

    /** Those inside, lenders too; who was lent to before its lender. */
    List<Share> inside() {
        if (writer == null) {
            return readers;
        }
        List<Share> all = new ArrayList<>(readers.size() + 1);
        for (Share share = writer; share != null; share = share.lender) {
            all.add(share);
        }
        all.addAll(readers);
        return all;
    }

    /** Whether it is a lender that only waits for its borrower. Whoever else is inside is in the way until it has left. */
    boolean hasLetGo(Share share) {
        return share.isWriting() && share != writer && !share.isOpen();
    }

    /** Why nobody waits as long as somebody inside has not left; {@code null} if they may. */
    @Nullable Abandonment seal() {
        return seal(inside());
    }

    private @Nullable Abandonment seal(List<Share> shares) {
        for (Share share : shares) {
            if (!hasLetGo(share) && share.seal != null) {
                return share.seal;
            }
        }
        return null;
    }

    /** Why nobody waits for these, and neither comes in; {@code null} if they may. */
    @Nullable Abandonment brokenBy(List<Share> inTheWay) {
        return poisoned ? left : seal(inTheWay);
    }

    /** Who has to leave before a stranger to all of them gets on; a lender is suspended, and gets on by itself. */
    List<Share> inTheWay() {
        return writer != null && !isBorrowed(writer) ? List.of(writer) : readers;
    }

    /**
     * Who has to leave before this share may come in; none that it could share with, or is nested in, unless that only reads and the
     * share is to write, nor one that has let go and only waits for its borrower. What a writer lends for reading is in a strange reader's
     * way like the writer itself; and the writer too, since the loan may be back before it is.
     */
    List<Share> inTheWayOf(Share share) {
        if (admits(share) || (writer == null && !share.isWriting())) {
            return List.of();
        }
        boolean upgrading = share.isWriting() && isOnlyReadFor(share.owner());
        return inside().stream()
                .filter(other ->
                        !hasLetGo(other) && (!other.isFor(share.owner()) || (upgrading && isOnlyReading(other))))
                .toList();
    }

    /** Whether it reads without being the writer, or one around that. */
    private boolean isOnlyReading(Share share) {
        return !share.isWriting() && (writer == null || share.owner().isNestedIn(writer.owner()));
    }
}
