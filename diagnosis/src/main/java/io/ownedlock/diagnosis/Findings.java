package io.ownedlock.diagnosis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What is seen of an incident in one shop, place by place: a few words for each, to be compared with what other shops show there, and
 * what some of them say in full.
 */
final class Findings {

    private static final Predicate<String> OF_LOCKS =
            Pattern.compile("\\b[Ll]ock\\b").asPredicate();

    private final Shop shop;
    private final Map<String, String> words = new LinkedHashMap<>();
    private final List<Excerpt> excerpts = new ArrayList<>();
    private final int activeBefore;

    /**
     * What is seen at one place.
     *
     * @param language of the text, for Markdown
     */
    record Excerpt(String place, String language, String text) {}

    Findings(Shop shop) {
        this.shop = shop;
        this.activeBefore = active();
    }

    /** By place, in the order in which it was looked at. */
    Map<String, String> words() {
        return words;
    }

    List<Excerpt> excerpts() {
        return excerpts;
    }

    private void note(String place, String inWords) {
        if (words.put(place, inWords) != null) {
            throw new IllegalStateException("Looked at twice: " + place);
        }
    }

    private void addExcerpt(String place, String language, String text) {
        if (excerpts.stream().noneMatch(excerpt -> excerpt.text().equals(text))) {
            excerpts.add(new Excerpt(place, language, text));
        }
    }

    /** What the clients got, when they all have an answer or have given up. */
    void answers(String place, List<CompletableFuture<Answer>> sent) {
        List<Answer> answers = sent.stream().map(CompletableFuture::join).toList();
        List<String> kinds =
                answers.stream().map(Answer::inShort).distinct().sorted().toList();
        note(place, kinds.size() == 1 ? kinds.get(0) : "some: " + String.join("; some: ", kinds));
        answers.stream().filter(Answer::isOurs).findFirst().ifPresent(ours -> {
            addExcerpt(place, "http", ours.inFull());
            awaitTold(ours.body());
        });
    }

    /** Operators are told after those who wait. */
    private void awaitTold(JsonNode problem) {
        String incident = problem.path("incident").asString("");
        if (!incident.isEmpty()) {
            String broken = "owned.lock.broken?tag=name:" + problem.path("lock").asString();
            shop.await(
                    "news of incident " + incident,
                    there -> there.log().anyMatch(line -> line.contains("Incident " + incident))
                            && there.get("/actuator/ownedlocks/incidents")
                                    .toString()
                                    .contains(incident)
                            && there.meter(broken).orElse(0) > 0);
        }
    }

    void answer(String place, CompletableFuture<Answer> sent) {
        answers(place, List.of(sent));
    }

    /** What the log has to say since it was last looked at. */
    void log(String place) {
        List<String> lines = shop.newAlarms();
        long ofLocks = lines.stream().filter(OF_LOCKS).count();
        note(place, lines.isEmpty() ? "nothing" : "lines: " + lines.size() + ", of a lock: " + ofLocks);
        if (!lines.isEmpty()) {
            addExcerpt(place, "text", String.join("\n", lines));
        }
    }

    void health(String place) {
        JsonNode whole = shop.get("/actuator/health");
        JsonNode ours = whole.path("components").path("ownedLocks");
        String status = "`" + whole.path("status").asString() + "`";
        if (ours.isMissingNode()) {
            note(place, status);
        } else {
            note(place, status + ", `ownedLocks` `" + ours.path("status").asString() + "`");
            addExcerpt(place + ", `ownedLocks`", "json", Json.show(ours));
        }
    }

    /** The last incident at our endpoint. */
    void lastIncident() {
        JsonNode last = shop.get("/actuator/ownedlocks/incidents").at("/incidents/0");
        ofOurs("`/actuator/ownedlocks/incidents`, the first", last, "reason");
    }

    /** All that our endpoint knows of the only lock of a name. */
    void lock(String name) {
        JsonNode lock = shop.get("/actuator/ownedlocks/" + idOf(name));
        ofOurs("`/actuator/ownedlocks/{id}`, `" + name + "`", lock, "state");
    }

    /** What our endpoint calls the only lock of a name. */
    String idOf(String name) {
        return shop.get("/actuator/ownedlocks?name=" + name)
                .at("/locks/rows/0/lock/id")
                .asString("none");
    }

    private void ofOurs(String place, JsonNode seen, String field) {
        if (seen.isMissingNode() || seen.isEmpty()) {
            note(place, "no such endpoint");
        } else {
            note(place, "`" + seen.path(field).asString() + "`");
            addExcerpt(place, "json", Json.show(seen));
        }
    }

    /** The value of one of our meters. */
    void meter(String name, String... tags) {
        OptionalInt value =
                shop.meter(name + Stream.of(tags).map(tag -> "tag=" + tag).collect(Collectors.joining("&", "?", "")));
        note(
                "`" + name + "`, `" + String.join("`, `", tags) + "`",
                value.isPresent() ? String.valueOf(value.getAsInt()) : "no such meter");
    }

    /** The requests that the server is busy with, which are not the same as those that a client still waits for. */
    void activeRequests() {
        note("`http.server.requests.active`, `method:POST`, more than before", String.valueOf(active() - activeBefore));
    }

    private int active() {
        AtomicInteger active = new AtomicInteger();
        // The last of a request is counted after its answer has arrived.
        shop.await("requests that are as many as the threads in the shop", there -> {
            active.set(
                    there.meter("http.server.requests.active?tag=method:POST").orElse(0));
            return active.get() == there.threads().requests().size();
        });
        return active.get();
    }

    /** Who has come to wait in a method of the shop, and what is said of the owner. */
    void threads(String method) {
        ThreadDump dump = shop.threads();
        List<ThreadDump.Entry> parked = dump.parkedIn(method);
        note(
                "`/actuator/threaddump`",
                parked.isEmpty()
                        ? "nobody is parked"
                        : "parked: " + parked.size() + "; " + dump.describeOwner(parked.get(0)));
        if (!parked.isEmpty()) {
            addExcerpt(
                    "`/actuator/threaddump`, one of them", "text", parked.get(0).inShort());
        }
    }

    /** The thread in a method of the shop. */
    void thread(String who, String method) {
        ThreadDump.Entry thread = shop.threads().in(method).get(0);
        addExcerpt("`/actuator/threaddump`, " + who, "text", thread.inShort());
    }

    /** Whether the JVM itself has found threads that wait for each other. */
    void deadlocks() throws IOException {
        String dump = shop.jcmdThreads();
        int from = dump.indexOf("Found one Java-level deadlock");
        note("`jcmd <pid> Thread.print`", from < 0 ? "no deadlock" : "`Found one Java-level deadlock`");
        if (from >= 0) {
            addExcerpt(
                    "`jcmd <pid> Thread.print`",
                    "text",
                    dump.substring(from, dump.indexOf("Java stack information", from))
                            .strip());
        }
    }
}
