package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.deadlock.DeadlockPolicy;
import io.ownedlock.deadlock.WaitForGraph;
import io.ownedlock.park.BrokenLotException;
import io.ownedlock.park.ParkRefusedException;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.Actor.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One operation in a world of its own, which an error may strike anywhere, and the proof that nobody suffers for it but those who are
 * told: once the tasks concerned have ended, and a watchdog has looked, nobody waits, no permit is missing, and whoever comes
 * next gets what it wants at once.
 */
abstract class Mishap {

    private static final Duration A_MOMENT = Duration.ofNanos(100_000);

    final LockRegistry registry = LockRegistry.builder()
            .settings("fair", LockSettings.DEFAULTS.withFair(true))
            .settings("handed", LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.HAND_OVER))
            .settings("poisoned", LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON))
            .deadlock(DeadlockPolicy.THROW)
            .executor(Runnable::run)
            .build();

    final List<Task> tasks = new ArrayList<>();
    final List<Actor<?>> others = new ArrayList<>();

    /** Who goes on until everybody else has been served or told. */
    final List<Task> lasting = new ArrayList<>();

    final List<CompletableFuture<?>> futures = new ArrayList<>();

    /** What else must be so in the end. */
    final List<Runnable> proofs = new ArrayList<>();

    /** Who is struck. */
    final Task struck = task("struck");

    private final String name;

    private Mishap(String name) {
        this.name = name;
    }

    /** With all the stack and memory there is: how things stand before. In the task that is struck. */
    abstract void prepare() throws Exception;

    /** What is struck. In the task that is struck. */
    abstract void operate() throws Exception;

    /** In no task. */
    final void check() {
        tasks.forEach(Task::end);
        registry.guards().forEach(guard -> guard.inspect());
        until(() -> others.stream().allMatch(Actor::isDone), "everybody else to be served or told");
        until(() -> futures.stream().allMatch(CompletableFuture::isDone), "every future to be complete");
        lasting.forEach(Task::end);
        until(() -> registry.snapshot().stream().allMatch(seen -> seen.waiting().isEmpty()), "nobody to wait");
        registry.forEach(primitive -> Actor.run("next", () -> serve(primitive)).result());
        registry.forEach(primitive -> assertThat(primitive.isIdle())
                .as(primitive + " is as new: " + primitive.snapshot())
                .isTrue());
        Set<Long> ids = tasks.stream().map(Task::id).collect(Collectors.toSet());
        assertThat(WaitForGraph.snapshot().edges())
                .as("the waits that are known")
                .noneMatch(edge -> ids.contains(edge.waiting().id()));
        proofs.forEach(Runnable::run);
    }

    /** Waits for something, as in an application that has a watchdog. */
    final void until(BooleanSupplier condition, String what) {
        Actor.awaitUntil(
                () -> {
                    if (!condition.getAsBoolean()) {
                        registry.guards().forEach(guard -> guard.inspect());
                    }
                    return condition.getAsBoolean();
                },
                () -> what + "; after " + this + ": " + registry.snapshot());
    }

    private static void serve(Primitive primitive) {
        if (primitive instanceof TaskLock lock) {
            lock.repair();
            requireTaken(lock.tryAcquire()).close();
        } else if (primitive instanceof TaskReadWriteLock pair) {
            pair.repair();
            requireTaken(pair.writeLock().tryAcquire()).close();
            requireTaken(pair.readLock().tryAcquire()).close();
        } else if (primitive instanceof TaskSemaphore semaphore) {
            assertThat(semaphore.tryAcquire()).as(semaphore + " has its permit").satisfies(permit -> permit.close());
        } else if (primitive instanceof CapacityLimiter limiter) {
            assertThat(limiter.tryAcquire()).as(limiter + " has its token").satisfies(permit -> permit.close());
        }
    }

    private static Hold requireTaken(@Nullable Hold hold) {
        assertThat(hold).as("a lock that nobody holds").isNotNull();
        return hold;
    }

    @Override
    public final String toString() {
        return name;
    }

    final Task task(String called) {
        Task task = Task.start(called, TaskKind.REQUEST);
        tasks.add(task);
        return task;
    }

    /** Another task has this. */
    final <T> T held(Callable<T> action) throws Exception {
        return in(task("holder"), action);
    }

    /** Another task has this, and does not end before all others are done. */
    final <T> T heldOn(Callable<T> action) throws Exception {
        Task task = Task.start("lasting", TaskKind.REQUEST);
        lasting.add(task);
        return in(task, action);
    }

    /** Another task waits for this on a thread of its own, and does not keep it. */
    final Task behind(Primitive primitive, Callable<? extends AutoCloseable> action) {
        return behind(
                () -> primitive.snapshot().waiting().size(), () -> action.call().close());
    }

    /** Another task waits here. */
    private Task behind(IntSupplier waiting, Script action) {
        int before = waiting.getAsInt();
        Task task = task("behind");
        others.add(Actor.run("behind", () -> {
            try (Attachment ignored = task.attach()) {
                action.run();
            } catch (LockNotAcquiredException | BrokenLotException | ParkRefusedException | VirtualMachineError told) {
                // Which is as good.
            } finally {
                endWhateverStrikes(task);
            }
        }));
        Actor.awaitUntil(() -> waiting.getAsInt() > before, () -> "one to wait");
        return task;
    }

    /** As a server ends a request; who was struck with a lock in hand may be what others wait for. */
    private static void endWhateverStrikes(Task task) {
        while (task.isActive()) {
            try {
                task.end();
            } catch (VirtualMachineError again) {
                Thread.yield();
            }
        }
    }

    /** Another task waits for this with a future. */
    final void future(Callable<CompletableFuture<Hold>> action) throws Exception {
        CompletableFuture<Hold> future = in(task("future"), action);
        futures.add(future);
        CompletableFuture<Void> unused = future.thenAccept(Hold::close);
    }

    static <T> T in(Task task, Callable<T> action) throws Exception {
        try (Attachment ignored = task.attach()) {
            return action.call();
        }
    }

    /** One of them all, made anew each time. */
    interface Maker {
        Mishap make();
    }

    private static Maker maker(String name, Build build) {
        return () -> new Mishap(name) {

            private Script operation = () -> {};

            @Override
            void prepare() throws Exception {
                operation = build.prepare(this);
            }

            @Override
            void operate() throws Exception {
                operation.run();
            }
        };
    }

    /** Prepares, and returns what is to be struck. */
    private interface Build {
        Script prepare(Mishap mishap) throws Exception;
    }

    static List<Maker> all() {
        List<Maker> all = new ArrayList<>();
        for (String name : List.of("lock", "fair", "handed", "poisoned")) {
            all.addAll(ofLock(name));
        }
        all.addAll(ofConditions());
        all.addAll(ofPairs());
        all.addAll(ofPermits());
        all.addAll(ofLots());
        all.addAll(ofJoins());
        all.add(maker("obtain", m -> () -> {
            m.registry.obtain("lock", "new").acquire().close();
            m.registry.obtainReadWrite("pair", "new");
            m.registry.obtainSemaphore("semaphore", "new", 1);
        }));
        return all;
    }

    private static List<Maker> ofLock(String name) {
        return List.of(
                maker(name + ": acquire and release", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    return () -> lock.acquire().close();
                }),
                maker(name + ": acquire and keep", m -> m.registry.obtain(name)::acquire),
                maker(name + ": wait in vain", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    Hold hold = m.held(lock::acquire);
                    m.behind(lock, lock::acquire);
                    return () -> {
                        lock.tryAcquire(A_MOMENT);
                        hold.close();
                    };
                }),
                maker(name + ": wait for too long", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    m.held(lock::acquire);
                    return () -> lock.acquire(A_MOMENT);
                }),
                maker(name + ": release to a thread", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    Hold hold = lock.acquire();
                    m.behind(lock, lock::acquire);
                    m.behind(lock, lock::acquire);
                    return hold::close;
                }),
                maker(name + ": release to a future", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    Hold hold = lock.acquire();
                    m.future(lock::acquireAsync);
                    m.behind(lock, lock::acquire);
                    return hold::close;
                }),
                maker(name + ": end of an owner", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    m.held(lock::acquire);
                    Task owner = m.tasks.get(m.tasks.size() - 1);
                    m.behind(lock, lock::acquire);
                    m.behind(lock, lock::acquire);
                    return owner::end;
                }),
                maker(name + ": end of an owner, a future waiting", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    m.held(lock::acquire);
                    Task owner = m.tasks.get(m.tasks.size() - 1);
                    m.future(lock::acquireAsync);
                    m.behind(lock, lock::acquire);
                    return owner::end;
                }),
                maker(name + ": seal", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    m.held(lock::acquire);
                    m.behind(lock, lock::acquire);
                    return lock::breakWaiters;
                }),
                maker(name + ": loan", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    lock.lock();
                    m.behind(lock, lock::acquire);
                    return () -> {
                        Task.runInTask("borrower", () -> lock.acquire());
                        lock.unlock();
                    };
                }),
                maker(name + ": end of a waiter", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    m.heldOn(lock::acquire);
                    return m.behind(lock, lock::acquire)::end;
                }),
                maker(name + ": taken again", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    lock.lock();
                    return () -> {
                        lock.acquire().close();
                        lock.acquireAsync().join().close();
                        lock.unlock();
                    };
                }),
                maker(name + ": future, free", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    return () -> lock.acquireAsync().join().close();
                }),
                maker(name + ": future, cancelled", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    Hold hold = m.held(lock::acquire);
                    return () -> {
                        CompletableFuture<Hold> future = lock.acquireAsync();
                        future.cancel(false);
                        hold.close();
                    };
                }),
                maker(name + ": future, for too long", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    m.held(lock::acquire);
                    return () -> m.futures.add(lock.acquireAsync(A_MOMENT));
                }),
                maker(name + ": deadlock", m -> {
                    TaskLock lock = m.registry.obtain(name);
                    lock.lock();
                    Task inner = m.task("inner");
                    return () -> in(inner, () -> {
                        lock.lock();
                        return null;
                    });
                }));
    }

    private static List<Maker> ofConditions() {
        return List.of(
                maker("condition: wait in vain", m -> {
                    TaskLock lock = m.registry.obtain("lock");
                    TaskCondition condition = lock.newCondition();
                    return () -> {
                        lock.lock();
                        try {
                            condition.awaitNanos(1_000);
                        } finally {
                            lock.unlock();
                        }
                    };
                }),
                maker("condition: wait while others want it", m -> {
                    TaskLock lock = m.registry.obtain("fair");
                    TaskCondition condition = lock.newCondition();
                    lock.lock();
                    m.behind(lock, lock::acquire);
                    return () -> {
                        try {
                            condition.awaitNanos(1_000);
                        } finally {
                            lock.unlock();
                        }
                    };
                }),
                maker("condition: notify", m -> {
                    TaskLock lock = m.registry.obtain("lock");
                    TaskCondition condition = lock.newCondition();
                    Task task = m.task("notified");
                    m.others.add(Actor.run("notified", () -> {
                        try (Attachment ignored = task.attach()) {
                            lock.lock();
                            try {
                                condition.await();
                            } finally {
                                lock.unlock();
                            }
                        } catch (LockNotAcquiredException | VirtualMachineError told) {
                            // As good.
                        }
                    }));
                    Actor.awaitUntil(() -> condition.waiting() == 1, () -> "one to wait for the condition");
                    lock.lock();
                    return () -> {
                        condition.signalAll();
                        lock.unlock();
                    };
                }));
    }

    private static List<Maker> ofPairs() {
        List<Maker> all = new ArrayList<>();
        for (boolean writing : List.of(true, false)) {
            String name = writing ? "write" : "read";
            all.add(maker(name + " and release", m -> {
                ReadWriteSide side = side(m, writing);
                return () -> side.acquire().close();
            }));
            all.add(maker(name + " and keep", m -> side(m, writing)::acquire));
            all.add(maker(name + ": wait in vain", m -> {
                ReadWriteSide side = side(m, writing);
                Hold hold = m.held(side(m, true)::acquire);
                m.behind(m.registry.obtainReadWrite("pair"), side(m, false)::acquire);
                return () -> {
                    side.tryAcquire(A_MOMENT);
                    hold.close();
                };
            }));
            all.add(maker(name + ": release to threads", m -> {
                Hold hold = side(m, writing).acquire();
                m.behind(m.registry.obtainReadWrite("pair"), side(m, true)::acquire);
                m.behind(m.registry.obtainReadWrite("pair"), side(m, false)::acquire);
                return hold::close;
            }));
            all.add(maker(name + ": end of an owner", m -> {
                m.held(side(m, writing)::acquire);
                Task owner = m.tasks.get(m.tasks.size() - 1);
                m.behind(m.registry.obtainReadWrite("pair"), side(m, true)::acquire);
                m.future(side(m, false)::acquireAsync);
                return owner::end;
            }));
            all.add(maker(name + ": seal", m -> {
                m.held(side(m, writing)::acquire);
                m.behind(m.registry.obtainReadWrite("pair"), side(m, true)::acquire);
                return m.registry.obtainReadWrite("pair")::breakWaiters;
            }));
            all.add(maker(name + ": loan", m -> {
                Hold hold = side(m, true).acquire();
                m.behind(m.registry.obtainReadWrite("pair"), side(m, true)::acquire);
                ReadWriteSide side = side(m, writing);
                return () -> {
                    Task.runInTask("borrower", () -> side.acquire());
                    hold.close();
                };
            }));
            all.add(maker(name + ": future, cancelled", m -> {
                Hold hold = m.held(side(m, true)::acquire);
                ReadWriteSide side = side(m, writing);
                return () -> {
                    side.acquireAsync().cancel(false);
                    hold.close();
                };
            }));
        }
        return all;
    }

    private static List<Maker> ofLots() {
        return List.of(
                maker("lot: park in vain", m -> {
                    ParkingLot lot = m.registry.newLot();
                    return () -> lot.parkIf(() -> true, A_MOMENT);
                }),
                maker("lot: unpark", m -> {
                    ParkingLot lot = m.registry.newLot();
                    m.behind(lot::size, () -> lot.parkIf(() -> true));
                    m.behind(lot::size, () -> lot.parkIf(() -> true));
                    return lot::unparkAll;
                }),
                maker("lot: repark", m -> {
                    ParkingLot lot = m.registry.newLot();
                    ParkingLot sibling = lot.sibling();
                    sibling.breakLot(m.struck);
                    m.behind(lot::size, () -> lot.parkIf(() -> true));
                    return () -> lot.reparkAll(sibling);
                }),
                maker("lot: break", m -> {
                    ParkingLot lot = m.registry.newLot();
                    m.behind(lot::size, () -> lot.parkIf(() -> true));
                    return lot::breakLot;
                }),
                maker("lot: end of a breaker", m -> {
                    ParkingLot lot = m.registry.newLot();
                    Task breaker = m.task("breaker");
                    lot.addBreaker(breaker);
                    m.behind(lot::size, () -> lot.parkIf(() -> true));
                    m.proofs.add(() -> assertThat(lot.isBroken())
                            .as("broken by its breaker's end")
                            .isTrue());
                    return breaker::end;
                }),
                maker("lot: add and remove a breaker", m -> {
                    ParkingLot lot = m.registry.newLot();
                    Task breaker = m.task("breaker");
                    return () -> {
                        lot.addBreaker(breaker);
                        lot.removeBreaker(breaker);
                    };
                }));
    }

    private static List<Maker> ofJoins() {
        return List.of(
                maker("join: declare", m -> {
                    Task awaited = m.task("awaited");
                    return () -> m.registry.joining(awaited).close();
                }),
                maker("join: declare and keep", m -> {
                    Task awaited = m.task("awaited");
                    return () -> m.registry.joining(awaited);
                }),
                maker("join: a future", m -> {
                    TaskLock lock = m.registry.obtain("lock");
                    Hold hold = m.held(lock::acquire);
                    CompletableFuture<Hold> future = lock.acquireAsync();
                    m.futures.add(future);
                    return () -> {
                        m.registry.joining(future).close();
                        hold.close();
                    };
                }));
    }

    private static ReadWriteSide side(Mishap mishap, boolean writing) {
        TaskReadWriteLock pair = mishap.registry.obtainReadWrite("pair");
        return writing ? pair.writeLock() : pair.readLock();
    }

    private static List<Maker> ofPermits() {
        return List.of(
                maker("semaphore: take and give back", m -> {
                    TaskSemaphore semaphore = m.registry.obtainSemaphore("semaphore", 1);
                    return () -> semaphore.acquire().close();
                }),
                maker("semaphore: take and keep", m -> m.registry.obtainSemaphore("semaphore", 1)::acquire),
                maker("semaphore: wait in vain", m -> {
                    TaskSemaphore semaphore = m.registry.obtainSemaphore("semaphore", 1);
                    Permit permit = m.held(semaphore::acquire);
                    return () -> {
                        semaphore.tryAcquire(A_MOMENT);
                        permit.close();
                    };
                }),
                maker("semaphore: give back to threads", m -> {
                    TaskSemaphore semaphore = m.registry.obtainSemaphore("semaphore", 1);
                    Permit permit = semaphore.acquire();
                    m.behind(semaphore, semaphore::acquire);
                    m.behind(semaphore, semaphore::acquire);
                    return permit::close;
                }),
                maker("semaphore: end of an owner", m -> {
                    TaskSemaphore semaphore = m.registry.obtainSemaphore("semaphore", 1);
                    m.held(semaphore::acquire);
                    Task owner = m.tasks.get(m.tasks.size() - 1);
                    m.behind(semaphore, semaphore::acquire);
                    return owner::end;
                }),
                maker("semaphore: future, cancelled", m -> {
                    TaskSemaphore semaphore = m.registry.obtainSemaphore("semaphore", 1);
                    Permit permit = m.held(semaphore::acquire);
                    return () -> {
                        semaphore.acquireAsync().cancel(false);
                        permit.close();
                    };
                }),
                maker("limiter: take and give back", m -> {
                    CapacityLimiter limiter = m.registry.obtainLimiter("limiter", 1);
                    Object borrower = new Object();
                    return () -> limiter.acquireOnBehalfOf(borrower).close();
                }),
                maker("limiter: for another task", m -> {
                    CapacityLimiter limiter = m.registry.obtainLimiter("limiter", 1);
                    Task borrower = m.task("borrower");
                    return () -> limiter.acquireOnBehalfOf(borrower);
                }),
                maker("limiter: give back to threads", m -> {
                    CapacityLimiter limiter = m.registry.obtainLimiter("limiter", 1);
                    Permit token = limiter.acquireOnBehalfOf(m.struck);
                    m.behind(limiter, limiter::acquire);
                    m.behind(limiter, limiter::acquire);
                    return token::close;
                }),
                maker("limiter: end of a borrower", m -> {
                    CapacityLimiter limiter = m.registry.obtainLimiter("limiter", 1);
                    Task borrower = m.task("borrower");
                    limiter.acquireOnBehalfOf(borrower);
                    m.behind(limiter, limiter::acquire);
                    return borrower::end;
                }));
    }
}
