package io.ownedlock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.park.BrokenLotException;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OneShotGateTest {

    private final Task opener = Task.start("opener", TaskKind.REQUEST);
    private final OneShotGate gate = new OneShotGate(opener);

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
    void theDocumentShowsThisVeryClass() throws Exception {
        Path core = Path.of("").toAbsolutePath();
        String source = Files.readString(core.resolve("src/test/java/io/ownedlock/examples/OneShotGate.java"));
        assertThat(source.lines()).hasSizeLessThan(50);
        assertThat(Files.readString(core.resolve("../docs/building-blocks.md")))
                .contains(source.substring(source.indexOf("import ")).strip());
    }
}
