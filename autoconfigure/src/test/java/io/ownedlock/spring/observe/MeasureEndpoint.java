package io.ownedlock.spring.observe;

import com.sun.management.OperatingSystemMXBean;
import io.ownedlock.deadlock.Joining;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Hold;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * Measures how long the endpoint takes to answer over HTTP where there are many locks: half of them idle, half of them held, some
 * waited for. No test, since it depends on the machine: a program, to be run with the class path of the tests. Its only argument is
 * how many locks there are; 100000 if there is none.
 */
final class MeasureEndpoint {

    private static final int NAMES = 10;
    private static final int WAITERS = 2_000;
    private static final int WARM_UP = 30;
    private static final int ROUNDS = 31;
    private static final double NANOS_PER_MILLI = 1e6;

    private static final OperatingSystemMXBean OS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final LockRegistry registry;
    private final EndpointClient client;

    /** As long as this is there, so are they. */
    private final List<Object> kept = new ArrayList<>();

    private MeasureEndpoint(LockRegistry registry, EndpointClient client) {
        this.registry = registry;
        this.client = client;
    }

    public static void main(String... args) throws Exception {
        int locks = args.length == 0 ? 100_000 : Integer.parseInt(args[0]);
        try (ConfigurableApplicationContext context = SpringApplication.run(
                OwnedLocksEndpointTest.Application.class,
                "--server.port=0",
                "--management.endpoints.web.exposure.include=ownedlocks,health",
                "--management.endpoint.health.show-details=always")) {
            int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
            new MeasureEndpoint(
                            context.getBean(LockRegistry.class),
                            EndpointClient.of(port).with("User", "operator"))
                    .run(locks);
        }
    }

    private void run(int locks) throws Exception {
        fill(locks);
        measure("summary and list", "");
        measure("list by name, longest waits", "?name=name-3&sort=waiting&size=500");
        measure("list, the last page", "?size=500&page=19");
        JsonNode rows = client.get("?size=500").at("/locks/rows");
        measure("one lock", "/" + rows.at("/499/lock/id").asString());
        measure("no such lock", "/0123456789abcdef");
        measure("incidents", "/incidents");
        measure("graph", "/graph");
        measure("graph to draw", "/graph?format=mermaid");
        measure("health", client.at("health"), "/ownedLocks");
    }

    private void fill(int locks) throws Exception {
        Task owner = Task.start("POST /orders", TaskKind.REQUEST);
        kept.add(owner);
        try (Attachment inside = owner.attach()) {
            for (int key = 0; key < locks; key++) {
                String name = "name-" + key % NAMES;
                kept.add(
                        key % 2 == 0
                                ? registry.obtain(name, key)
                                : registry.obtain(name, key).acquire());
            }
        }
        for (int waiter = 0; waiter < WAITERS; waiter++) {
            int key = 2 * waiter + 1;
            Task task = Task.start("POST /orders/{id}", TaskKind.REQUEST);
            try (Attachment inside = task.attach()) {
                CompletableFuture<Hold> future =
                        registry.obtain("name-" + key % NAMES, key).acquireAsync();
                Joining join = registry.joining(future);
                kept.addAll(List.of(future, join));
            }
        }
        for (int key = 0; key < 100; key++) {
            Task.runInTask("POST /orders", () -> registry.obtain("leaked", 1).acquire());
        }
    }

    private void measure(String what, String path) throws Exception {
        measure(what, client, path);
    }

    private static void measure(String what, EndpointClient client, String path) throws Exception {
        for (int round = 0; round < WARM_UP; round++) {
            client.send(path);
        }
        double[] millis = new double[ROUNDS];
        int size = 0;
        long cpuBefore = OS.getProcessCpuTime();
        for (int round = 0; round < ROUNDS; round++) {
            long before = System.nanoTime();
            size = client.send(path).body().length();
            millis[round] = (System.nanoTime() - before) / NANOS_PER_MILLI;
        }
        double cpu = (OS.getProcessCpuTime() - cpuBefore) / NANOS_PER_MILLI / ROUNDS;
        Arrays.sort(millis);
        System.out.printf(
                "%-30s median %6.1f ms, worst %6.1f ms, of CPU %6.1f ms, %7d characters%n",
                what, millis[ROUNDS / 2], millis[ROUNDS - 1], cpu, size);
    }
}
