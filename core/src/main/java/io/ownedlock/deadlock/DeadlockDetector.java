package io.ownedlock.deadlock;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Awaiting;
import io.ownedlock.park.Gate;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.SafeLog;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;

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
 *   <li>a future of it waits so, and it has {@linkplain #joining(CompletableFuture) declared} that it waits for that;
 *   <li>it has {@linkplain #joining(Task) declared} that it waits for the other's end.
 * </ul>
 *
 * A cycle of these is a deadlock. Whoever arrives makes its wait known first and walks after that, from task to task as long as
 * they wait. Of those that close a cycle together the last to make its wait known sees all of it, perhaps others do too; they all
 * come to the same victim, the one with the highest number of arrival, and only one of them fails it. What was found is looked
 * at a second time before that: waits, holdings and stays are objects that never come back, so what is still there has been there
 * all the time, and a cycle of them is no illusion of a slow walk.
 *
 * <p>Costs: a wait that ends at a task which goes on, as nearly all do, costs an entry in a table and one look for each task on the
 * way; where overtaking is forbidden, that is everybody before it in the queue. Taking a lock that is free costs nothing.
 *
 * <p>Not seen, since a miss is better than a false alarm: waits that their caller has bounded, futures nobody has declared to wait
 * for, permits without an owner, and everything that is no primitive of this library.
 */
public final class DeadlockDetector implements Gate {

    private static final SafeLog LOG = new SafeLog(DeadlockDetector.class);

    /** A cycle that has gone when it is looked at again is looked for again, since there may be another one; but not for ever. */
    private static final int TRIES = 1_000;

    private static final Joining NOTHING = () -> {};

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
        requireNonNull(awaited, "awaited");
        if (policy == DeadlockPolicy.OFF) {
            return NOTHING;
        }
        Join join = new Join(Task.current(), awaited, now(), policy);
        Joining joining = declare(join);
        Cycle refusal = join.settle();
        if (refusal != null) {
            joining.close();
            throw new JoinRefusedException(refusal.toString());
        }
        return joining;
    }

    /**
     * Declares that the current task is about to wait for a future of its own that waits in turn, for a lock or a permit. Close it when the wait
     * is over, and do nothing but wait in between. If that wait would never end, now or because of what others do later, and this
     * task is the last of those that came, the future fails, like the wait of a thread.
     *
     * <p>Nothing is declared for a future that has what it waits for, was derived from another one, or belongs to another task.
     */
    public Joining joining(CompletableFuture<?> awaited) {
        Waiter waiter = requireNonNull(awaited, "awaited") instanceof Awaiting future ? future.waiter() : null;
        if (policy == DeadlockPolicy.OFF || waiter == null || waiter.lot() == null || waiter.task() != Task.current()) {
            return NOTHING;
        }
        return declare(new Wait(waiter, now(), policy));
    }

    private Joining declare(Arrival arrival) {
        Declaration declaration = new Declaration(arrival);
        boolean declared = false;
        try {
            KnownWaits.add(arrival);
            search(arrival);
            declared = true;
        } finally {
            if (!declared) {
                declaration.close();
            }
        }
        return declaration;
    }

    @Override
    public void entered(Waiter waiter) {
        search(publish(waiter));
    }

    /** The first half of arriving: others see the wait. */
    Wait publish(Waiter waiter) {
        Wait wait = new Wait(waiter, now(), policy);
        KnownWaits.add(wait);
        return wait;
    }

    private Instant now() {
        return ticker.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** The second half: breaks every cycle that it closes. */
    void search(Arrival arrival) {
        for (int tries = 0; tries < TRIES; tries++) {
            Cycle cycle = Cycle.through(arrival);
            if (cycle == null || !tell(cycle)) {
                return;
            }
        }
    }

    /** Does what the policy says; {@code false} if the cycle stands after that, so that looking again finds nothing new. */
    private static boolean tell(Cycle cycle) {
        Arrival victim;
        boolean refused;
        synchronized (KnownWaits.BREAKING) {
            if (!cycle.stands()) {
                return true;
            }
            victim = cycle.victim();
            if (victim == null || (victim.policy == DeadlockPolicy.WARN && !victim.warn())) {
                return false;
            }
            refused = victim.policy == DeadlockPolicy.THROW && victim.refuse(cycle);
        }
        if (refused) {
            victim.wake();
        }
        if (victim.policy == DeadlockPolicy.THROW) {
            return true;
        }
        LOG.warn(() -> "Tasks wait for each other, and will not get on by themselves:\n" + cycle, null);
        victim.warnOf(cycle);
        return false;
    }

    @Override
    public void left(Waiter waiter) {
        KnownWaits.remove(waiter);
    }
}
