package io.ownedlock.sync;

import io.ownedlock.task.Task;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The one word of a {@link TaskLock}: who has it. It holds one object, and every transition is one compare-and-set of it:
 *
 * <pre>
 *   Free     -> Grant      taken; the grant copies the predecessor that Free may name
 *   Grant    -> Free       released, by whoever took off its last grip
 *   Grant    -> Grant      lent to a nested task, and given back to the lender
 *   Grant    -> Free(what it said of a predecessor)   its owner waits for a condition
 *   Grant    -> what it replaced                      the acquirer's task was ending: undone
 *   Grant    -> Free(who)  the owner ended: break; the waiters are failed
 *   Grant    -> Poisoned   the owner ended: poison; the waiters are failed
 *   Grant    -> Grant      the owner ended: hand over; the first waiter is granted
 *   Poisoned -> Free       repaired
 * </pre>
 *
 * <p>Because a state is an object of its own, whoever compares it has the identity of the grant: a hold that was closed late,
 * or a sweep that comes late, finds another object there and does nothing. Each grant that gets into the word has the next fencing
 * token: {@code Free} is another object each time, so nobody has come and gone since it was read, and those who borrow from a grant are
 * numbered under the lot's monitor.
 */
abstract class LockWord {

    private static final VarHandle CELL;

    static {
        try {
            CELL = MethodHandles.lookup().findVarHandle(LockWord.class, "cell", Cell.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Cell NEW = new Cell.Free(null, 0);

    private static final AtomicLongFieldUpdater<LockWord> LENT =
            AtomicLongFieldUpdater.newUpdater(LockWord.class, "lent");

    private volatile Cell cell = NEW;

    /** The greatest fencing token of those that have borrowed and given back. */
    private volatile long lent;

    final Cell state() {
        return cell;
    }

    /** What the task holds of this lock, lent to a nested task or not. */
    final @Nullable Grant grantOf(Task task) {
        Grant grant = cell instanceof Grant held ? held : null;
        while (grant != null && (grant.owner() != task || !grant.isOpen())) {
            grant = grant.lender;
        }
        return grant;
    }

    /** Who has the lock, and those whom it goes back to. */
    final List<Grant> inside() {
        List<Grant> all = new ArrayList<>(1);
        for (Grant grant = cell instanceof Grant held ? held : null; grant != null; grant = grant.lender) {
            all.add(grant);
        }
        return all;
    }

    /** Whether this grant has the lock, or has lent it. */
    final boolean isInside(Grant grant) {
        Grant other = cell instanceof Grant held ? held : null;
        while (other != null && other != grant) {
            other = other.lender;
        }
        return other != null;
    }

    /** Puts a grant in place of what was seen, at this time; in place of a lender, under the lot's monitor. */
    final boolean replace(Cell seen, Grant grant, long now) {
        return put(grant, seen, seen instanceof Grant lender ? lender : null, Cell.predecessor(seen), now);
    }

    /** Puts the grant of the first in line in place of one whose owner has ended. */
    final boolean inherit(Grant abandoned, Grant heir, Abandonment abandonment, long now) {
        return put(heir, abandoned, null, abandonment, now);
    }

    private boolean put(Grant grant, Cell seen, @Nullable Grant lender, @Nullable Abandonment predecessor, long now) {
        grant.sinceNanos = now;
        grant.number(Math.max(seen.token(), lent) + 1);
        grant.lender = lender;
        grant.setPredecessor(predecessor);
        grant.unseal();
        return change(seen, grant);
    }

    /** Takes a loan out, for one of those whom it goes back to. */
    final boolean giveBack(Grant loan, Grant lender) {
        LENT.accumulateAndGet(this, loan.token(), Math::max);
        return change(loan, lender);
    }

    /** All other transitions. */
    final boolean change(Cell seen, Cell after) {
        return CELL.compareAndSet(this, seen, after);
    }
}
