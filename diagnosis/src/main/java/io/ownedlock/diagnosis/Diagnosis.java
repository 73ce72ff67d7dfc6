package io.ownedlock.diagnosis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Lets five incidents happen in three shops, which differ in the kind of their locks, and writes into {@code docs/diagnosis.md} what an
 * operator sees. Each shop is a JVM of its own on the loopback, which this one starts and ends.
 */
public final class Diagnosis {

    /** Seen from the module, where Maven runs both this and the tests. */
    static final Path PAGE = Path.of("..", "docs", "diagnosis.md");

    private static final Path LOGS = Path.of("target", "diagnosis");

    private Diagnosis() {}

    public static void main(String[] args) throws Exception {
        Page page = Page.read(PAGE);
        Map<Kind, Map<Incident, Findings>> seen = look();
        for (Incident incident : Incident.values()) {
            page = page.with(incident, Report.of(incident, seen));
        }
        page.write(PAGE);
        System.out.println("Written: " + PAGE.toRealPath() + ". The logs of the shops: " + LOGS.toRealPath());
    }

    /** All incidents, one after the other in each shop; the shops side by side. */
    static Map<Kind, Map<Incident, Findings>> look() throws IOException, ExecutionException, InterruptedException {
        Files.createDirectories(LOGS);
        ExecutorService operators = Executors.newFixedThreadPool(Kind.values().length);
        try {
            Map<Kind, Future<Map<Incident, Findings>>> nights = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                nights.put(kind, operators.submit(() -> night(kind)));
            }
            Map<Kind, Map<Incident, Findings>> seen = new EnumMap<>(Kind.class);
            for (Map.Entry<Kind, Future<Map<Incident, Findings>>> night : nights.entrySet()) {
                seen.put(night.getKey(), night.getValue().get());
            }
            return seen;
        } finally {
            operators.shutdownNow();
        }
    }

    private static Map<Incident, Findings> night(Kind kind) throws IOException, InterruptedException {
        try (Shop shop = Shop.start(kind, LOGS)) {
            shop.awaitStarted();
            Map<Incident, Findings> seen = new EnumMap<>(Incident.class);
            for (Incident incident : Incident.values()) {
                Findings findings = new Findings(shop);
                incident.happen(shop, kind, findings);
                seen.put(incident, findings);
            }
            return seen;
        }
    }
}
