package io.ownedlock.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keeps {@code docs/diagnosis.md} true: lets all incidents happen, and compares what is seen with what stands there. */
class DiagnosisTest {

    private static List<Night> nights;
    private static Page page;

    @BeforeAll
    @Timeout(300)
    static void look() throws Exception {
        page = Page.read(Diagnosis.PAGE);
        nights = Diagnosis.look();
    }

    private static Night night(Kind kind) {
        return nights.get(kind.ordinal());
    }

    private static Map<String, String> ours(Incident incident) {
        return night(Kind.OURS).of(incident).words();
    }

    private static List<Map<String, String>> others(Incident incident) {
        return List.of(
                night(Kind.REENTRANT).of(incident).words(),
                night(Kind.INTEGRATION).of(incident).words());
    }

    /** All that is said in full, as one text. */
    private static String excerpts(Incident incident) {
        return String.join(
                "\n",
                night(Kind.OURS).of(incident).excerpts().stream()
                        .map(Findings.Excerpt::text)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void thePageShowsWhatIsSeen(Incident incident) {
        assertThat(Variables.without(page.part(incident)).lines())
                .as(
                        "docs/diagnosis.md differs from what is seen now in more than times and ids: CONTRIBUTING.md says how to"
                                + " rewrite it")
                .containsExactlyElementsOf(
                        Variables.without(Report.of(incident, nights)).lines().toList());
    }

    @ParameterizedTest
    @EnumSource
    void theHealthOfTheOthersIsUpWhateverHappens(Incident incident) {
        assertThat(others(incident)).allSatisfy(words -> assertThat(words).containsEntry("`/actuator/health`", "`UP`"));
    }

    @ParameterizedTest
    @EnumSource
    void nobodyIsLeftParkedWithOurs(Incident incident) {
        assertThat(ours(incident)).containsEntry("`/actuator/threaddump`", "nobody is parked");
    }

    @Test
    void whoWaitsForALeakedLockIsToldByUsAlone() {
        assertThat(ours(Incident.LEAKED_LOCK))
                .containsEntry("3 × `POST /orders/42/ship`", "`503` `OWNER_ENDED`")
                .containsEntry("then, 12 × `POST /orders/42/ship`", "`200` shipped");
        assertThat(excerpts(Incident.LEAKED_LOCK))
                .contains("POST /orders/{id}/cancel", "3 waiters were told", "Orders.cancel(Orders.java:");
        assertThat(others(Incident.LEAKED_LOCK))
                .allSatisfy(words -> assertThat(words)
                        .containsEntry("3 × `POST /orders/42/ship`", "no answer in 6 s")
                        .containsEntry(
                                "then, 12 × `POST /orders/42/ship`", "some: `200` shipped; some: no answer in 2 s"));
    }

    @Test
    void whoWaitsForADeadThreadIsToldByUsAlone() {
        assertThat(ours(Incident.DEAD_THREAD))
                .containsEntry("3 × `POST /stock/77/reserve`", "`503` `OWNER_THREAD_DIED`")
                .containsEntry("then, `POST /stock/77/reserve`", "`200` reserved");
        assertThat(others(Incident.DEAD_THREAD))
                .allSatisfy(words -> assertThat(words)
                        .containsEntry("3 × `POST /stock/77/reserve`", "no answer in 6 s")
                        .containsEntry("then, `POST /stock/77/reserve`", "no answer in 2 s"));
    }

    @Test
    void weRefuseADeadlockThatTheJvmOnlyFinds() {
        assertThat(ours(Incident.ABBA))
                .containsEntry("`POST /accounts/b/transfer-to/a`, which came last", "`503` `DEADLOCK`")
                .containsEntry("`POST /accounts/a/transfer-to/b`", "`200` transferred");
        assertThat(others(Incident.ABBA))
                .allSatisfy(words -> assertThat(words)
                        .containsEntry("`POST /accounts/a/transfer-to/b`", "no answer in 6 s")
                        .containsEntry("`jcmd <pid> Thread.print`", "`Found one Java-level deadlock`"));
    }

    @Test
    void nobodyHasToWaitForAnOverdueOwnerWhoLosesNothing() {
        assertThat(ours(Incident.OVERDUE_HOLDER))
                .containsEntry("3 × `POST /reports/2026-11/send`", "`503` `OWNER_OVERDUE`")
                .containsEntry("the owner, `POST /reports/2026-11/build`, in the end", "`200` built")
                .containsEntry("with `on-overdue: warn`, `POST /archives/2026-11/send`", "`200` sent");
        assertThat(others(Incident.OVERDUE_HOLDER))
                .allSatisfy(words -> assertThat(words)
                        .containsEntry("3 × `POST /reports/2026-11/send`", "no answer in 6 s")
                        .containsEntry("then, `POST /reports/2026-11/send`", "`200` sent"));
    }

    @Test
    void halfOfAChangeIsSeenByNobodyBeforeTheRepair() {
        assertThat(ours(Incident.POISONED_LOCK))
                .containsEntry("3 × `POST /ledger/post`", "`503` `OWNER_ENDED`")
                .containsEntry("then, `POST /ledger/post`", "`503` `OWNER_ENDED`")
                .containsEntry("`/actuator/health`", "`UP`, `ownedLocks` `DEGRADED`")
                .containsEntry("after the repair, `POST /ledger/post`", "`200` posted, total 100");
        assertThat(others(Incident.POISONED_LOCK))
                .allSatisfy(
                        words -> assertThat(words).containsEntry("3 × `POST /ledger/post`", "`200` posted, total 60"));
    }
}
