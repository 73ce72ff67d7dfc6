package io.ownedlock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.park.BrokenLotException;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.watchdog.Guard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OneShotGateTest {

    private final Task opener = Task.start("opener", TaskKind.REQUEST);
    private final LockRegistry registry = LockRegistry.builder().build();
    private final OneShotGate gate = new OneShotGate(registry, opener);

    @Test
    void letsEveryoneThroughOnceItIsOpen() throws InterruptedException {
        Actor<Void> waiter = Actor.run("waiter", gate::pass).awaitParkedOn(gate.lot());
        gate.open();
        gate.open();
        waiter.result();
        gate.pass();
        opener.end();
        gate.pass();
    }

    @Test
    void isNotOpenAtFirst() {
        assertThat(gate.lot().size()).isZero();
        Actor<Void> waiter = Actor.run("waiter", gate::pass).awaitParkedOn(gate.lot());
        assertThat(gate.lot().size()).isEqualTo(1);
        gate.open();
        waiter.result();
    }

    @Test
    void openingWakesAllAndMayBeRepeated() {
        List<Actor<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiters.add(Actor.run("waiter " + i, gate::pass).awaitParkedOn(gate.lot()));
        }
        gate.open();
        assertThat(gate.lot().isEmpty()).as("at once").isTrue();
        gate.open();
        waiters.forEach(Actor::result);
        Actor.run("late", gate::pass).result();
    }

    @Test
    void whoIsInterruptedDoesNotPassEvenAnOpenGate() {
        gate.open();
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(gate::pass);
    }

    @Test
    void anInterruptedWaiterLeavesAndTheOthersStay() {
        Actor<Void> waiter = Actor.run("waiter", gate::pass).awaitParkedOn(gate.lot());
        Actor<Void> other = Actor.run("other", gate::pass).awaitParkedOn(gate.lot());
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        assertThat(gate.lot().size()).isEqualTo(1);
        gate.open();
        other.result();
    }

    @Test
    void tellsEveryoneIfNobodyWillOpenIt() {
        Actor<Void> waiter = Actor.run("waiter", gate::pass).awaitParkedOn(gate.lot());
        opener.end(new IllegalStateException("crashed"));
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class).hasRootCauseMessage("crashed");
        assertThatExceptionOfType(BrokenLotException.class)
                .isThrownBy(gate::pass)
                .satisfies(broken ->
                        assertThat(broken.brokenBy()).extracting(TaskInfo::name).containsExactly("opener"));
    }

    @Test
    void theWatchdogTellsIfTheOpenerWasAThreadThatDied() throws InterruptedException {
        AtomicReference<Task> thread = new AtomicReference<>();
        CountDownLatch mayDie = new CountDownLatch(1);
        Actor<Void> mortal = Actor.run("mortal", () -> {
            thread.set(Task.current());
            mayDie.await();
        });
        Actor.awaitUntil(() -> thread.get() != null, () -> "the thread's task");
        OneShotGate orphan = new OneShotGate(registry, thread.get());
        Actor<Void> waiter = Actor.run("waiter", orphan::pass).awaitParkedOn(orphan.lot());
        mayDie.countDown();
        mortal.result();
        mortal.thread().join();
        assertThat(waiter.isParkedOn(orphan.lot())).isTrue();
        System.gc();
        registry.guards().forEach(Guard::inspect);
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class);
    }

    @Test
    void theDocumentShowsThisVeryClass() throws Exception {
        Path core = Path.of("").toAbsolutePath();
        String source = Files.readString(core.resolve("src/test/java/io/ownedlock/examples/OneShotGate.java"));
        assertThat(source.lines()).hasSizeLessThan(50);
        assertThat(Files.readString(core.resolve("../docs/building-blocks.md")))
                .contains(source.substring(source.indexOf("import ")).strip());
    }
}
