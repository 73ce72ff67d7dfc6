package io.ownedlock.diagnosis;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was seen of one incident in all shops, as a part of the page. */
final class Report {

    /** Long lines of logs are broken for readers; those of JSON are not. */
    private static final int WIDTH = 140;

    private static final String INDENT = "    ";

    private Report() {}

    static String of(Incident incident, List<Night> nights) {
        return table(incident, nights)
                + nights.stream().map(night -> details(incident, night)).collect(Collectors.joining());
    }

    private static String table(Incident incident, List<Night> nights) {
        Set<String> places = nights.stream()
                .flatMap(night -> night.of(incident).words().keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return row("", nights.stream().map(night -> night.kind().title()))
                + "|" + "---|".repeat(1 + nights.size()) + "\n"
                + places.stream()
                        .map(place -> row(
                                place,
                                nights.stream()
                                        .map(night -> night.of(incident).words().getOrDefault(place, "—"))))
                        .collect(Collectors.joining());
    }

    private static String row(String place, Stream<String> cells) {
        return Stream.concat(Stream.of(place), cells).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String details(Incident incident, Night night) {
        return "\n<details>\n<summary>With " + night.kind().title().replace("`", "") + "</summary>\n\n"
                + night.of(incident).excerpts().stream().map(Report::excerpt).collect(Collectors.joining("\n"))
                + "\n</details>\n";
    }

    private static String excerpt(Findings.Excerpt excerpt) {
        String text = excerpt.language().equals("text")
                ? excerpt.text().lines().map(Report::wrapped).collect(Collectors.joining("\n"))
                : excerpt.text();
        return "**" + excerpt.place() + "**\n\n```" + excerpt.language() + "\n" + text + "\n```\n";
    }

    private static String wrapped(String line) {
        int blank = line.lastIndexOf(' ', WIDTH);
        return line.length() <= WIDTH || blank <= INDENT.length()
                ? line
                : line.substring(0, blank) + "\n" + wrapped(INDENT + line.substring(blank + 1));
    }
}
