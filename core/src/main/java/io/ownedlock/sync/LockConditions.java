package io.ownedlock.sync;

import io.ownedlock.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who has given a {@link LockCell} up to wait for a condition, and is to have it back.
 *
 * <p>While it waits, the lock may be anybody's, and the grant is kept by the waiter alone: out of the cell, with all its grips.
 * The conditions that are waited for are known here, so that a break finds who waits there too ({@link #lineUp}).
 *
 * <p>Whoever could not take the lock again still owes as many {@code unlock()} calls as it had taken it: they come from
 * {@code finally} blocks, and must not hide what went wrong. {@link #pay} absorbs them, until the task has ended.
 */
final class LockConditions {

    private final LockCell cell;

    /** Conditions that somebody waits for. Under the lot's monitor. */
    private final List<TaskCondition> waitedFor = new ArrayList<>(0);

    /** Who has given the lock up by waiting, could not take it again, and is still to unlock it. */
    private final Map<Task, Grant> debtors = new ConcurrentHashMap<>(0);

    LockConditions(LockCell cell) {
        this.cell = cell;
    }

    /**
     * Gives the lock up for a wait, with all its grips; the predecessor stays known.
     *
     * @return {@code false} if a future has brought the task another grip a moment ago, so that there is more to give up
     */
    boolean suspend(Grant grant, TaskCondition condition) {
        synchronized (cell.queue().lot().monitor()) {
            if (!waitedFor.contains(condition)) {
                waitedFor.add(condition);
            }
        }
        return cell.undo(grant);
    }

    /** A wait for a condition is over. */
    void resumed(TaskCondition condition) {
        synchronized (cell.queue().lot().monitor()) {
            if (condition.isEmpty()) {
                waitedFor.remove(condition);
            }
        }
    }

    /** Whether nobody waits. A condition may have been left in the list by a thread that was struck down as it woke up. */
    boolean isEmpty() {
        synchronized (cell.queue().lot().monitor()) {
            waitedFor.removeIf(TaskCondition::isEmpty);
            return waitedFor.isEmpty();
        }
    }

    /** Under the monitor: everyone who waits for a condition lines up for the lock, still asleep. */
    void lineUp() {
        waitedFor.forEach(TaskCondition::lineUp);
    }

    /** The lock was given up by waiting, and is not coming back: what is still to be unlocked will not count. */
    void owe(Grant grant) {
        if (grant.isLocked()) {
            grant.olderDebt = debtors.put(grant.owner(), grant);
        } else {
            grant.owner().remove(grant);
        }
    }

    /** Takes one {@code unlock()} off what the task owes; {@code false} if it owes nothing. */
    boolean pay(Task task) {
        Grant debt = debtors.get(task);
        if (debt == null || !debt.unlock()) {
            return false;
        }
        if (!debt.isLocked()) {
            debtors.computeIfPresent(task, (debtor, paid) -> paid.olderDebt);
        }
        return true;
    }

    /**
     * Wakes those who wait in tasks that are told to end. Ends those that owe something and are gone without a word: nobody else
     * asks, since they hold nothing. For a watchdog.
     */
    void inspect() {
        waitedFor().forEach(TaskCondition::inspectWaiters);
        debtors.keySet().forEach(Task::endIfGone);
    }

    /** Fails all who wait for a condition, if nobody may wait any more. */
    void turnWaitersAway() {
        waitedFor().forEach(TaskCondition::turnWaitersAway);
    }

    private List<TaskCondition> waitedFor() {
        synchronized (cell.queue().lot().monitor()) {
            return List.copyOf(waitedFor);
        }
    }

    /** The grant's owner has ended: it will pay no more. */
    void forgive(Grant grant) {
        debtors.remove(grant.owner(), grant);
    }
}
