package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AbandonmentTest {

    private static String advice(BreakReason reason, OnOwnerEnd policy) {
        TaskInfo owner = new TaskInfo(7, "POST /orders", TaskKind.REQUEST, null, Instant.EPOCH, null, "exec-1", null);
        return new Abandonment(
                        "1a2b",
                        new LockId("order", "42"),
                        owner,
                        Instant.EPOCH,
                        null,
                        Instant.EPOCH.plusSeconds(1),
                        reason,
                        policy)
                .advice();
    }

    @ParameterizedTest
    @CsvSource({
        "BREAK,     It is free again",
        "POISON,    It stays poisoned until it is repaired",
        "HAND_OVER, 'It went on to the first who waited, or is free if nobody did'"
    })
    void theAdviceSaysWhereTheLockWentOfAnOwnerThatIsGone(OnOwnerEnd policy, String begins) {
        for (BreakReason reason : BreakReason.values()) {
            if (!reason.isOwnerInside()) {
                assertThat(advice(reason, policy)).startsWith(begins);
            }
        }
    }

    @Test
    void onlyAPoisonedLockIsNotToBeTriedAgain() {
        assertThat(advice(BreakReason.OWNER_ENDED, OnOwnerEnd.BREAK)).contains("can be tried again");
        assertThat(advice(BreakReason.OWNER_ENDED, OnOwnerEnd.HAND_OVER)).contains("can be tried again");
        assertThat(advice(BreakReason.OWNER_ENDED, OnOwnerEnd.POISON))
                .doesNotContain("tried again")
                .contains("call its repair()");
    }

    @ParameterizedTest
    @EnumSource(OnOwnerEnd.class)
    void theLockOfAnOwnerThatIsStillInsideWentNowhereWhateverThePolicy(OnOwnerEnd policy) {
        for (BreakReason reason : BreakReason.values()) {
            if (reason.isOwnerInside()) {
                assertThat(advice(reason, policy)).startsWith("Nobody may wait");
            }
        }
    }
}
