package io.ownedlock.diagnosis;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The threads of a shop, as its actuator writes them down. */
record ThreadDump(List<Entry> threads) {

    static final String SHOP = "io.ownedlock.diagnosis.shop.";

    private static final Pattern NEXT_THREAD = Pattern.compile("\\R(?=\")");
    private static final Pattern OWNER = Pattern.compile("owned by \"(.*)\" t@");

    static ThreadDump parse(String text) {
        return new ThreadDump(Stream.of(NEXT_THREAD.split(text))
                .map(thread -> new Entry(thread.lines().toList()))
                .toList());
    }

    /** Those inside a method of the shop, given as {@code Orders.ship}, whatever class within that class it is of. */
    List<Entry> in(String method) {
        return threads.stream().filter(thread -> thread.isIn(method)).toList();
    }

    /** Those of the server that are inside the shop. */
    List<Entry> requests() {
        return threads.stream()
                .filter(thread -> thread.name().contains("-exec-"))
                .filter(thread -> !thread.shopFrames().isEmpty())
                .toList();
    }

    /** Those that have come to wait in a method of the shop itself, and not in something that it has called. */
    List<Entry> parkedIn(String method) {
        return in(method).stream()
                .filter(thread -> thread.waitsFor().isPresent() && !thread.isIn("Gates.pass"))
                .toList();
    }

    /** What can be said of the thread that a waiter says it waits for. */
    String describeOwner(Entry waiter) {
        Optional<String> owner = waiter.owner();
        if (owner.isEmpty()) {
            return "no owner is named";
        }
        Optional<Entry> thread = threads.stream()
                .filter(entry -> entry.name().equals(owner.get()))
                .findFirst();
        if (thread.isEmpty()) {
            return "`" + owner.get() + "` is named as the owner, but is not in the dump";
        }
        List<String> frames = thread.get().shopFrames();
        return "the owner that is named is "
                + (frames.isEmpty()
                        ? "back in the server's pool"
                        : "in `" + frames.get(frames.size() - 1).replaceAll(".*\\.shop\\.|\\(.*", "") + "`");
    }

    /** One thread. */
    record Entry(List<String> lines) {

        String name() {
            return lines.get(0).replaceFirst("^\"(.*)\" - Thread.*", "$1");
        }

        boolean isIn(String method) {
            return lines.stream().anyMatch(line -> line.contains(SHOP + method + "("));
        }

        Optional<String> waitsFor() {
            return lines.stream()
                    .filter(line -> line.strip().startsWith("- waiting to lock")
                            || line.strip().startsWith("- parking to wait"))
                    .findFirst();
        }

        Optional<String> owner() {
            return waitsFor()
                    .flatMap(line -> OWNER.matcher(line)
                            .results()
                            .map(owner -> owner.group(1))
                            .findFirst());
        }

        List<String> shopFrames() {
            return lines.stream().filter(line -> line.contains(SHOP)).toList();
        }

        /** Who it is, what it waits for, and where in the shop. */
        String inShort() {
            return Stream.concat(
                            lines.stream().limit(2),
                            lines.stream()
                                    .skip(2)
                                    .filter(line -> line.contains(SHOP)
                                            || waitsFor().filter(line::equals).isPresent()))
                    .map(line -> line.replaceFirst("^\\s+", "    "))
                    .collect(Collectors.joining("\n"));
        }
    }
}
