package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ownedlock.spring.TestTicker;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.Overdue;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class IncidentLogTest {

    private static final LockId ORDER = new LockId("order", "42");
    private static final Instant SINCE = Instant.parse("2030-01-01T00:00:00Z");
    private static final TaskInfo OWNER =
            new TaskInfo(7, "POST /orders", TaskKind.REQUEST, null, SINCE, null, "exec-1", null);

    private final Logger logger = (Logger) LoggerFactory.getLogger(IncidentLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent event) {
            // Reads the context while the line is logged.
            event.prepareForDeferredProcessing();
            super.append(event);
        }
    };
    private final IncidentLog log = new IncidentLog(60);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.setLevel(null);
        logger.detachAppender(lines);
    }

    private static Abandonment incident(BreakReason reason, OnOwnerEnd policy) {
        return new Abandonment("1a2b", ORDER, OWNER, SINCE, null, SINCE.plusSeconds(1), reason, policy, null);
    }

    private ILoggingEvent onlyEvent() {
        assertThat(lines.list).hasSize(1);
        return lines.list.get(0);
    }

    private String onlyLine() {
        return onlyEvent().getFormattedMessage();
    }

    @ParameterizedTest
    @CsvSource({
        "BREAK,     'It is free again, and its next owner can see this'",
        "POISON,    'It stays poisoned: check what it protects, then repair it, by the endpoint ownedlocks or by its repair()'",
        "HAND_OVER, 'It went on to the first who waited, or is free if nobody did'"
    })
    void theLineOfAnAbandonedLockSaysWhereItWent(OnOwnerEnd policy, String became) {
        log.abandoned(incident(BreakReason.OWNER_ENDED, policy), 3);
        assertThat(onlyLine()).startsWith("Lock order[42] was abandoned: ").contains(became);
        assertThat(onlyLine().contains("free again")).isEqualTo(policy == OnOwnerEnd.BREAK);
        assertThat(onlyLine().contains("3 waiters were told"))
                .as("an heir is not sent away")
                .isEqualTo(policy != OnOwnerEnd.HAND_OVER);
    }

    @ParameterizedTest
    @EnumSource(OnOwnerEnd.class)
    void whatWasOnlyLentIsBackWithItsLenderWhateverThePolicy(OnOwnerEnd policy) {
        TaskInfo lender = new TaskInfo(3, "POST /lender", TaskKind.REQUEST, null, SINCE, null, null, null);
        log.abandoned(
                new Abandonment(
                        "1a2b",
                        ORDER,
                        OWNER,
                        SINCE,
                        null,
                        SINCE.plusSeconds(1),
                        BreakReason.OWNER_ENDED,
                        policy,
                        lender),
                0);
        assertThat(onlyLine())
                .contains("It went back to REQUEST #3 'POST /lender', which had lent it")
                .doesNotContain("free again", "poisoned", "told");
    }

    @ParameterizedTest
    @CsvSource({
        "OWNER_ENDED,       'Find where that task takes the lock, and close the hold in a finally.'",
        "OWNER_THREAD_DIED, 'Find out why that thread ended, and close the hold in a finally.'",
        "OWNER_END_MISSED,  'Find out why nobody said that it was over'",
        "OWNER_UNREACHABLE, 'Find who dropped the future'",
        "OWNER_OVERDUE,     'or raise hold-at-most'",
        "OWNER_STUCK,       'Take a thread dump'",
        "OPERATOR,          'Ask who did it'",
        "SHUTDOWN,          'spring.lifecycle.timeout-per-shutdown-phase'"
    })
    void eachReasonHasAnAdviceOfItsOwn(BreakReason reason, String advice) {
        if (reason.isOwnerInside()) {
            log.sealed(incident(reason, OnOwnerEnd.BREAK), 1);
            assertThat(onlyLine())
                    .startsWith("Lock order[42] was sealed: ")
                    .contains("1 waiter was told. It serves nobody until its owner has released it.");
        } else {
            log.abandoned(incident(reason, OnOwnerEnd.BREAK), 1);
        }
        assertThat(onlyLine()).contains(advice).endsWith(" Incident 1a2b.");
    }

    @Test
    void noTwoReasonsHaveTheSameAdvice() {
        assertThat(Arrays.stream(BreakReason.values()).map(Advice::against)).doesNotHaveDuplicates();
    }

    @Test
    void theLineOfAnOverdueOwnerSaysWhereItIs() {
        StackTraceElement read = new StackTraceElement("java.net.Socket", "read", "Socket.java", 7);
        StackTraceElement pay = new StackTraceElement("Shop", "pay", "Shop.java", 12);
        log.overdue(new Overdue(ORDER, OWNER, SINCE, List.of(read, pay)));
        assertThat(onlyLine())
                .isEqualTo("Lock order[42] is overdue: REQUEST #7 'POST /orders' on thread exec-1 has held it since "
                        + SINCE
                        + ", and is at Shop.pay(Shop.java:12). See what that thread is doing, and give what it waits for a"
                        + " timeout; or raise hold-at-most, if it may take so long.");
    }

    @Test
    void theLineOfAnOverdueOwnerSaysWhatThereIsIfItIsInNobodysCode() {
        StackTraceElement read = new StackTraceElement("java.net.Socket", "read", "Socket.java", 7);
        log.overdue(new Overdue(ORDER, OWNER, SINCE, List.of(read)));
        log.overdue(new Overdue(ORDER, OWNER, SINCE, List.of()));
        assertThat(lines.list.get(0).getFormattedMessage())
                .contains(", and is at java.net.Socket.read(Socket.java:7). ");
        assertThat(lines.list.get(1).getFormattedMessage()).contains(", and is at no place, with no thread inside. ");
    }

    @Test
    void aDeadlockIsOneLineThatGoesAllAround() {
        log.deadlock(ORDER, "a waits for x, held by b\nb waits for y, held by a");
        assertThat(onlyLine())
                .isEqualTo(
                        "Waiting for lock order[42] was refused, since it would never have ended: a waits for x, held by b"
                                + " -> b waits for y, held by a. The last waits for the first, which was told."
                                + " Take locks in one order everywhere.");
    }

    @Test
    void theLineOfWhatWasReclaimedSaysWhoDidNotGiveItBack() {
        log.reclaimed(new LockId("seat", null), OWNER, Duration.ofMillis(1234).toNanos());
        assertThat(onlyLine())
                .startsWith("A share of seat was reclaimed: REQUEST #7 'POST /orders' on thread exec-1 ended")
                .contains("for 1234 ms. It is there for the others again.")
                .endsWith("close the hold in a finally.");
    }

    @Test
    void aRepairIsNoWarning() {
        log.repaired(ORDER);
        assertThat(onlyEvent().getLevel()).isEqualTo(Level.INFO);
        assertThat(onlyLine()).isEqualTo("Lock order[42] was repaired, and is free again.");
    }

    @Test
    void textOfUsersCannotForgeALine() {
        LockId forged = new LockId("order", "1\nWARN forged\u2028and\u0085again");
        log.repaired(forged);
        log.deadlock(forged, "a\r\nb\u001b[31m");
        assertThat(lines.list)
                .hasSize(2)
                .extracting(ILoggingEvent::getFormattedMessage)
                .allMatch(line -> line.contains("order[1_WARN forged_and_again]"))
                .noneMatch(line -> line.matches("(?s).*[\\p{Cc}\\u2028].*"));
    }

    @Test
    void theIncidentIsInTheContextOfItsLineAndOfNoOther() {
        log.abandoned(incident(BreakReason.OWNER_ENDED, OnOwnerEnd.BREAK), 0);
        log.sealed(incident(BreakReason.OPERATOR, OnOwnerEnd.BREAK), 0);
        log.deadlock(ORDER, "a");
        assertThat(lines.list)
                .extracting(event -> event.getMDCPropertyMap().get("ownedlock.incident"))
                .containsExactly("1a2b", "1a2b", null);
        assertThat(MDC.get("ownedlock.incident")).isNull();
    }

    @Test
    void whatIsTooMuchIsCountedAndSaidLater() {
        TestTicker time = new TestTicker();
        IncidentLog limited = new IncidentLog(1, time);
        for (int i = 0; i < 13; i++) {
            limited.abandoned(incident(BreakReason.OWNER_ENDED, OnOwnerEnd.BREAK), 0);
        }
        limited.sealed(incident(BreakReason.OPERATOR, OnOwnerEnd.BREAK), 0);
        limited.repaired(ORDER);
        limited.repaired(ORDER);
        assertThat(lines.list).hasSize(3);
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .noneMatch(line -> line.contains("not logged"));
        time.advance(Duration.ofMinutes(1));
        limited.abandoned(incident(BreakReason.OWNER_ENDED, OnOwnerEnd.BREAK), 0);
        assertThat(lines.list.get(3).getFormattedMessage())
                .endsWith(" Incident 1a2b. 12 more like this were not logged.");
    }

    @Test
    void whatNobodyReadsIsNotCounted() {
        IncidentLog limited = new IncidentLog(1, new TestTicker());
        logger.setLevel(Level.ERROR);
        limited.repaired(ORDER);
        logger.setLevel(null);
        limited.repaired(ORDER);
        assertThat(lines.list).hasSize(1);
    }
}
