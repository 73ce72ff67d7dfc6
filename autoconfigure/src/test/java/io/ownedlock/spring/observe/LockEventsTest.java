package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.LockEvent;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.Overdue;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.EventListener;

@ExtendWith(OutputCaptureExtension.class)
class LockEventsTest {

    private static final LockId ORDER = new LockId("order", "42");

    private final Hearing hearing = new Hearing();
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(OwnedLockAutoConfiguration.class))
            .withPropertyValues("owned-lock.locks.order.on-owner-end=poison")
            .withBean(Hearing.class, () -> hearing);

    static class Hearing {

        final List<LockEvent> all = new CopyOnWriteArrayList<>();
        final List<LockEvent.Abandoned> abandoned = new CopyOnWriteArrayList<>();
        final Map<LockEvent, Thread> threads = new ConcurrentHashMap<>();
        volatile @Nullable RuntimeException failure;

        @EventListener
        void any(LockEvent event) {
            all.add(event);
            threads.put(event, Thread.currentThread());
            if (failure != null) {
                throw failure;
            }
        }

        @EventListener
        void one(LockEvent.Abandoned event) {
            abandoned.add(event);
        }
    }

    /** A task ends and still holds the lock, while one waits. */
    private static BrokenLockException abandon(TaskLock lock) {
        Task owner = Task.start("owner", TaskKind.CUSTOM);
        try (Attachment inside = owner.attach()) {
            lock.acquire();
        }
        Call<?> waiter = Call.start(lock::acquire).awaitParked();
        owner.end();
        return (BrokenLockException) waiter.thrown();
    }

    @Test
    void anAbandonedLockAndItsRepairAreEvents() {
        runner.run(context -> {
            TaskLock lock = context.getBean(LockRegistry.class).obtain("order", 42);
            BrokenLockException told = abandon(lock);
            lock.repair();
            LockEvent.Abandoned abandoned = new LockEvent.Abandoned(told.abandonment(), 1);
            assertThat(hearing.all).containsExactly(abandoned, new LockEvent.Repaired(ORDER));
            assertThat(hearing.abandoned).containsExactly(abandoned);
        });
    }

    @Test
    void anEventArrivesOnTheThreadThatFoundItOut() {
        runner.run(context -> {
            abandon(context.getBean(LockRegistry.class).obtain("order", 42));
            assertThat(hearing.threads.values()).containsExactly(Thread.currentThread());
        });
    }

    @Test
    void aRefusedDeadlockIsAnEvent() {
        runner.run(context -> {
            TaskLock first = context.getBean(LockRegistry.class).obtain("first");
            TaskLock second = context.getBean(LockRegistry.class).obtain("second");
            first.lock();
            Call<?> other = Call.start(() -> {
                        second.lock();
                        first.lock();
                        first.unlock();
                        second.unlock();
                        return null;
                    })
                    .awaitParked();
            assertThatExceptionOfType(DeadlockException.class)
                    .isThrownBy(second::lock)
                    .satisfies(told -> assertThat(hearing.all)
                            .containsExactly(new LockEvent.Deadlock(second.id(), told.cycle(), true)));
            first.unlock();
            other.get();
        });
    }

    @Test
    void aDeadlockThatIsOnlyWarnedOfIsAnEventToo(CapturedOutput output) {
        runner.withPropertyValues("owned-lock.deadlock=warn").run(context -> {
            TaskLock first = context.getBean(LockRegistry.class).obtain("first");
            TaskLock second = context.getBean(LockRegistry.class).obtain("second");
            first.lock();
            Call<?> other = Call.start(() -> {
                        second.lock();
                        first.lockInterruptibly();
                        return null;
                    })
                    .awaitParked();
            assertThatExceptionOfType(WaitTooLongException.class)
                    .isThrownBy(() -> second.acquire(Duration.ofMillis(1)));
            assertThat(hearing.all).singleElement().satisfies(event -> {
                LockEvent.Deadlock deadlock = (LockEvent.Deadlock) event;
                assertThat(deadlock.refused()).isFalse();
                assertThat(deadlock.lock()).isEqualTo(second.id());
                assertThat(deadlock.cycle()).contains("first", "second");
            });
            // The detector has logged it, as without Spring.
            assertThat(output).doesNotContain("Waiting for lock");
            other.interrupt();
            other.thrown();
            first.unlock();
        });
    }

    static class Leaving implements DisposableBean {

        private final LockEvents events;
        final List<@Nullable Throwable> thrown = new ArrayList<>();

        Leaving(LockEvents events) {
            this.events = events;
        }

        @Override
        public void destroy() {
            thrown.add(catchThrowable(() -> events.repaired(ORDER)));
        }
    }

    static class Late {
        @EventListener
        void any(LockEvent event) {}
    }

    @Test
    void anApplicationThatClosesMakesNoListenerAnyMore() {
        Leaving[] leaving = new Leaving[1];
        runner.withBean(Late.class, Late::new, definition -> definition.setLazyInit(true))
                .withBean(Leaving.class)
                .run(context -> leaving[0] = context.getBean(Leaving.class));
        assertThat(leaving[0].thrown).containsExactly((Throwable) null);
    }

    @Test
    void anApplicationThatIsClosedIsToldNothing() {
        runner.run(context -> {
            LockEvents events = context.getBean(LockEvents.class);
            context.getSourceApplicationContext().close();
            events.repaired(ORDER);
            assertThat(hearing.all).isEmpty();
        });
    }

    @Test
    void eachKindIsAnEventOfItsOwn() {
        List<Object> published = new ArrayList<>();
        LockEvents events = new LockEvents(published::add);
        TaskInfo owner = new TaskInfo(7, "POST /orders", TaskKind.REQUEST, null, Instant.EPOCH, null, "exec-1", null);
        Abandonment incident = new Abandonment(
                "1a2b", ORDER, owner, Instant.EPOCH, null, Instant.EPOCH, BreakReason.OPERATOR, OnOwnerEnd.BREAK, null);
        Overdue overdue = new Overdue(ORDER, owner, Instant.EPOCH, List.of());
        events.sealed(incident, 3);
        events.overdue(overdue);
        events.reclaimed(ORDER, owner, 1_000_000);
        assertThat(published)
                .containsExactly(
                        new LockEvent.Sealed(incident, 3),
                        new LockEvent.Overdue(overdue),
                        new LockEvent.Reclaimed(ORDER, owner, Duration.ofMillis(1)));
        assertThat(published).allMatch(event -> ((LockEvent) event).lock().equals(ORDER));
    }

    @Test
    void aListenerThatThrowsHarmsNobody(CapturedOutput output) {
        hearing.failure = new IllegalStateException("thrown by a user");
        runner.run(context -> {
            TaskLock lock = context.getBean(LockRegistry.class).obtain("order", 42);
            assertThat(abandon(lock).abandonment().lock()).isEqualTo(ORDER);
            assertThat(hearing.all).hasSize(1);
            assertThat(lock.repair()).isTrue();
            lock.acquire().close();
            assertThat(output).contains("was abandoned");
        });
    }

    @Test
    void switchedOffThereAreNone() {
        runner.withPropertyValues("owned-lock.events.enabled=false").run(context -> {
            assertThat(context).doesNotHaveBean(LockEvents.class);
            abandon(context.getBean(LockRegistry.class).obtain("order", 42));
            assertThat(hearing.all).isEmpty();
        });
    }

    @Test
    void theApplicationsOwnBeanReplacesOurs() {
        LockEvents own = new LockEvents(event -> {});
        runner.withBean("mine", LockEvents.class, () -> own).run(context -> {
            assertThat(context.getBean(LockEvents.class)).isSameAs(own);
            abandon(context.getBean(LockRegistry.class).obtain("order", 42));
            assertThat(hearing.all).isEmpty();
        });
    }
}
