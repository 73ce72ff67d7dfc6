package io.ownedlock.diagnosis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** What happens in a shop one night, and is looked at while it is so. */
enum Incident {

    /** A request takes the lock and never gives it back. */
    LEAKED_LOCK {
        @Override
        void happen(Shop shop, Kind kind, Findings findings) {
            CompletableFuture<Answer> culprit = shop.post("/orders/42/cancel", LONG);
            awaitAtGate(shop, 1);
            List<CompletableFuture<Answer>> waiters = shop.post(WAITERS, "/orders/42/ship", PATIENCE);
            awaitParked(shop, WAITERS, "Orders.ship");
            shop.open("cancel");

            findings.answer("the culprit, `POST /orders/42/cancel`", culprit);
            findings.answers(who(WAITERS, "/orders/42/ship"), waiters);
            findings.log(LOG);
            findings.health(HEALTH);
            findings.lastIncident();
            findings.threads("Orders.ship");
            findings.meter("owned.lock.broken", "name:order", "reason:owner_ended");
            findings.activeRequests();
            // More than the pool has idle threads, which take turns: one of these is served by the culprit's.
            findings.answers("then, " + who(12, "/orders/42/ship"), shop.postInTurn(12, "/orders/42/ship", SHORT));
        }
    },

    /** A thread outside of any request takes a lock, and dies with it. */
    DEAD_THREAD {
        @Override
        void happen(Shop shop, Kind kind, Findings findings) {
            CompletableFuture<Answer> start = shop.post("/stock/77/import", LONG);
            awaitAtGate(shop, 1);
            List<CompletableFuture<Answer>> waiters = shop.post(WAITERS, "/stock/77/reserve", PATIENCE);
            awaitParked(shop, WAITERS, "Stock.reserve");
            shop.open("import");

            findings.answer("`POST /stock/77/import`, which has started the thread", start);
            findings.answers(who(WAITERS, "/stock/77/reserve"), waiters);
            findings.log(LOG);
            findings.health(HEALTH);
            findings.lastIncident();
            findings.threads("Stock.reserve");
            findings.meter("owned.lock.broken", "name:stock", "reason:owner_thread_died");
            findings.activeRequests();
            findings.answer(then("/stock/77/reserve"), shop.post("/stock/77/reserve", SHORT));
        }
    },

    /** Two requests take two locks in opposite order. */
    ABBA {
        @Override
        void happen(Shop shop, Kind kind, Findings findings) throws IOException {
            CompletableFuture<Answer> first = shop.post("/accounts/a/transfer-to/b", PATIENCE);
            CompletableFuture<Answer> last = shop.post("/accounts/b/transfer-to/a", PATIENCE);
            awaitAtGate(shop, 2);
            shop.open("transfer-from-a");
            awaitParked(shop, 1, "Accounts.transfer");
            shop.open("transfer-from-b");

            findings.answer(who(1, "/accounts/b/transfer-to/a") + ", which came last", last);
            findings.answer(who(1, "/accounts/a/transfer-to/b"), first);
            findings.log(LOG);
            findings.health(HEALTH);
            findings.threads("Accounts.transfer");
            findings.deadlocks();
            findings.meter("owned.lock.deadlock", "name:account");
            findings.activeRequests();
            findings.answer(then("/accounts/a/transfer-to/c"), shop.post("/accounts/a/transfer-to/c", SHORT));
        }
    },

    /** The owner is alive, and holds its lock for too long. */
    OVERDUE_HOLDER {
        @Override
        void happen(Shop shop, Kind kind, Findings findings) {
            CompletableFuture<Answer> owner = shop.post("/reports/2026-11/build", LONG);
            awaitAtGate(shop, 1);
            List<CompletableFuture<Answer>> waiters = shop.post(WAITERS, "/reports/2026-11/send", PATIENCE);

            findings.answers(who(WAITERS, "/reports/2026-11/send"), waiters);
            findings.log(LOG);
            findings.health(HEALTH);
            findings.lock("report");
            findings.threads("Builds.send");
            findings.thread("the owner", "Builds.build");
            findings.meter("owned.lock.broken", "name:report", "reason:owner_overdue");
            findings.activeRequests();
            shop.open("build-report");
            findings.answer("the owner, `POST /reports/2026-11/build`, in the end", owner);
            findings.answer(then("/reports/2026-11/send"), shop.post("/reports/2026-11/send", SHORT));
            if (kind == Kind.OURS) {
                warn(shop, findings);
            }
        }

        /** The same where a warning is enough. */
        private void warn(Shop shop, Findings findings) {
            CompletableFuture<Answer> owner = shop.post("/archives/2026-11/build", LONG);
            awaitAtGate(shop, 1);
            CompletableFuture<Answer> waiter = shop.post("/archives/2026-11/send", LONG);
            shop.await(
                    "the warning", there -> there.log().anyMatch(line -> line.contains("archive[2026-11] is overdue")));
            awaitParked(shop, 1, "Builds.send");
            findings.lock("archive");
            shop.open("build-archive");
            findings.answer("with `on-overdue: warn`, " + who(1, "/archives/2026-11/send"), waiter);
            findings.log("with `on-overdue: warn`, the log");
            findings.meter("owned.lock.overdue", "name:archive");
            owner.join();
        }
    },

    /** The owner dies in the middle of a change. */
    POISONED_LOCK {
        @Override
        void happen(Shop shop, Kind kind, Findings findings) {
            CompletableFuture<Answer> culprit = shop.post("/ledger/refund", LONG);
            awaitAtGate(shop, 1);
            List<CompletableFuture<Answer>> waiters = shop.post(WAITERS, "/ledger/post", PATIENCE);
            awaitParked(shop, WAITERS, "Ledger.post");
            shop.open("refund");

            findings.answer("the culprit, `POST /ledger/refund`", culprit);
            findings.answers(who(WAITERS, "/ledger/post"), waiters);
            findings.log(LOG);
            findings.health(HEALTH);
            findings.lock("ledger");
            findings.threads("Ledger.post");
            findings.meter("owned.lock.broken", "name:ledger", "reason:owner_ended");
            findings.activeRequests();
            findings.answer(then("/ledger/post"), shop.post("/ledger/post", SHORT));
            if (kind == Kind.OURS) {
                findings.answer("`POST /ledger/correct`", shop.post("/ledger/correct", SHORT));
                findings.answer(
                        "`POST /actuator/ownedlocks/{id}`, the repair",
                        shop.post("/actuator/ownedlocks/" + findings.idOf("ledger"), REPAIR, SHORT));
                findings.answer("after the repair, " + who(1, "/ledger/post"), shop.post("/ledger/post", SHORT));
                findings.health(HEALTH + " after the repair");
            }
        }
    };

    static final int WAITERS = 3;

    /** How long a client waits for its answer. */
    static final Duration PATIENCE = Duration.ofSeconds(6);

    /** How long the one waits who comes after the others: it would be told at once, or not at all. */
    private static final Duration SHORT = Duration.ofSeconds(2);

    /** How long those wait who are not to be disturbed. */
    private static final Duration LONG = Duration.ofSeconds(90);

    private static final String REPAIR = """
            {"operation": "repair", "why": "Ticket 4711: the ledger was put in order"}""";

    private static final String LOG = "the log, warnings and errors";

    private static final String HEALTH = "`/actuator/health`";

    /** Lets it happen, and looks around. */
    abstract void happen(Shop shop, Kind kind, Findings findings) throws IOException;

    /** What it is called on the page. */
    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String who(int times, String path) {
        return (times == 1 ? "" : times + " × ") + "`POST " + path + "`";
    }

    private static String then(String path) {
        return "then, " + who(1, path);
    }

    private static void awaitAtGate(Shop shop, int threads) {
        shop.await("the owners", there -> there.threads().in("Gates.pass").size() == threads);
    }

    private static void awaitParked(Shop shop, int threads, String method) {
        shop.await("the waiters", there -> there.threads().parkedIn(method).size() == threads);
    }
}
