package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AbandonmentTest {

    private static final StackTraceElement SITE = new StackTraceElement("Shop", "pay", "Shop.java", 12);

    private static Abandonment abandonment(BreakReason reason, OnOwnerEnd policy, @Nullable StackTraceElement site) {
        TaskInfo owner = new TaskInfo(7, "POST /orders", TaskKind.REQUEST, null, Instant.EPOCH, null, "exec-1", null);
        return new Abandonment(
                "1a2b",
                new LockId("order", "42"),
                owner,
                Instant.EPOCH,
                site,
                Instant.EPOCH.plusSeconds(1),
                reason,
                policy,
                null);
    }

    private static String advice(BreakReason reason, OnOwnerEnd policy) {
        return abandonment(reason, policy, null).advice();
    }

    private static String held(BreakReason reason, @Nullable StackTraceElement site) {
        return abandonment(reason, OnOwnerEnd.BREAK, site).describe().replaceFirst(".* which", "which");
    }

    @Test
    void aSiteIsSetOffByACommaOnEitherSide() {
        assertThat(held(BreakReason.OWNER_ENDED, null))
                .isEqualTo("which had held it since 1970-01-01T00:00:00Z and was found gone at 1970-01-01T00:00:01Z");
        assertThat(held(BreakReason.OWNER_ENDED, SITE))
                .isEqualTo(
                        "which had held it since 1970-01-01T00:00:00Z, acquired at Shop.pay(Shop.java:12), and was found"
                                + " gone at 1970-01-01T00:00:01Z");
        assertThat(held(BreakReason.OWNER_OVERDUE, null))
                .isEqualTo("which has held it since 1970-01-01T00:00:00Z, found at 1970-01-01T00:00:01Z");
        assertThat(held(BreakReason.OWNER_OVERDUE, SITE))
                .isEqualTo("which has held it since 1970-01-01T00:00:00Z, acquired at Shop.pay(Shop.java:12), found at"
                        + " 1970-01-01T00:00:01Z");
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
