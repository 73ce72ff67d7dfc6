package io.ownedlock.deadlock;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Refuses the waits that can never end. After Guava's {@code CycleDetectingLockFactory}, from which the policy comes; but that one
 * knows an order of locks and warns of what might happen, and this one knows who waits for whom and tells what has.
 *
 * <p>A task <em>waits for</em> another if
 *
 * <ul>
 *   <li>it is parked for what the other holds, and has not bounded that wait itself;
 *   <li>it is parked in a queue in which nobody may overtake, and the other is so before it;
 *   <li>its thread has turned to the other, and comes back to it after that;
 *   <li>it has {@linkplain #joining declared} that it waits for the other's end.
 * </ul>
 *
 * A cycle of these is a deadlock. Whoever arrives makes its wait known first and walks after that, from task to task as long as
 * they wait. Of those that close a cycle together the last to make its wait known sees all of it, perhaps others do too; they all
 * come to the same victim, the one with the highest number of arrival, and only one of them fails it. What was found is looked
 * at a second time before that: waits, holdings and stays are objects that never come back, so what is still there has been there
 * all the time, and a cycle of them is no illusion of a slow walk.
 *
 * <p>Costs: a wait that ends at a task which goes on, as nearly all do, costs an entry in a table and one look for each task on the
 * way; where overtaking is forbidden, also a copy of the queue. Taking a lock that is free costs nothing.
 *
 * <p>Not seen, since a miss is better than a false alarm: waits that their caller has bounded, futures, permits without an owner, and
 * everything that is no primitive of this library.
 */
public final class DeadlockDetector implements Gate {

    private static final Logger LOG = System.getLogger(DeadlockDetector.class.getName());

    /** A cycle that has gone when it is looked at again is looked for again, since there may be another one; but not for ever. */
    private static final int TRIES = 1_000;

    private final DeadlockPolicy policy;
    private final Ticker ticker;

    /**
     * Makes what watches waits. Cycles may go through the waits that several of these are told of; what is done about one is the
     * policy of the one that was told of the victim.
     *
     * @param ticker tells since when somebody waits
     */
    public DeadlockDetector(DeadlockPolicy policy, Ticker ticker) {
        this.policy = requireNonNull(policy, "policy");
        this.ticker = requireNonNull(ticker, "ticker");
    }

    /** What must be told of waits: this, or nobody if it is off. */
    public Gate gate() {
        return policy == DeadlockPolicy.OFF ? Gate.OPEN : this;
    }

    /**
     * Declares that the current task is about to wait for the other to be over, by a future for one. Close it when the wait is
     * over, and do nothing but wait in between.
     *
     * @throws JoinRefusedException if that would never be, because the other waits for this one
     */
    public Joining joining(Task awaited) {
        if (policy == DeadlockPolicy.OFF) {
            return () -> {};
        }
        Join join = publish(awaited);
        boolean settled = false;
        try {
            search(join.task);
            Cycle refusal = join.settle();
            if (refusal != null) {
                throw new JoinRefusedException(refusal.toString());
            }
            settled = true;
        } finally {
            if (!settled) {
                KnownWaits.remove(join);
            }
        }
        return () -> KnownWaits.remove(join);
    }

    private Join publish(Task awaited) {
        return KnownWaits.add(Task.current(), requireNonNull(awaited, "awaited"), now(), policy);
    }

    @Override
    public void entered(Waiter waiter) {
        publish(waiter);
        search(waiter.task());
    }

    /** The first half of arriving: others see the wait. */
    void publish(Waiter waiter) {
        KnownWaits.add(waiter, now(), policy);
    }

    private Instant now() {
        return ticker.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** The second half: breaks every cycle that the task is in. */
    void search(Task task) {
        for (int tries = 0; tries < TRIES; tries++) {
            Cycle cycle = Cycle.through(task);
            if (cycle == null || !tell(cycle)) {
                return;
            }
        }
    }

    /** Does what the policy says; {@code false} if the cycle stands after that, so that looking again finds nothing new. */
    private static boolean tell(Cycle cycle) {
        synchronized (KnownWaits.BREAKING) {
            if (!cycle.stands()) {
                return true;
            }
            Arrival victim = cycle.victim();
            if (victim == null) {
                return false;
            }
            if (victim.policy == DeadlockPolicy.THROW) {
                victim.refuse(cycle);
                return true;
            }
            if (!victim.warn()) {
                return false;
            }
        }
        LOG.log(Level.WARNING, () -> "Tasks wait for each other, and will not get on by themselves:\n" + cycle);
        return false;
    }

    @Override
    public void left(Waiter waiter) {
        KnownWaits.remove(waiter);
    }
}
