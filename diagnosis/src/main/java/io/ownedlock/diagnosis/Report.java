package io.ownedlock.diagnosis;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was seen of one incident in all shops, as a part of the page. */
final class Report {

    /** Long lines of logs are broken for readers; those of JSON are not. */
    private static final int WIDTH = 140;

    private static final String INDENT = "    ";

    private Report() {}

    static String of(Incident incident, Map<Kind, Map<Incident, Findings>> seen) {
        StringBuilder text = new StringBuilder(table(incident, seen));
        seen.forEach((kind, findings) -> {
            String excerpts = findings.get(incident).excerpts().stream()
                    .map(Report::excerpt)
                    .collect(Collectors.joining("\n"));
            text.append("\n<details>\n<summary>With ")
                    .append(kind.title())
                    .append("</summary>\n\n")
                    .append(excerpts)
                    .append("\n</details>\n");
        });
        return text.toString();
    }

    private static String table(Incident incident, Map<Kind, Map<Incident, Findings>> seen) {
        Set<String> places = seen.values().stream()
                .flatMap(findings -> findings.get(incident).words().keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        String head = row("", seen.keySet().stream().map(Kind::title));
        String rule = "|" + "---|".repeat(1 + seen.size()) + "\n";
        return head
                + rule
                + places.stream()
                        .map(place -> row(
                                place,
                                seen.values().stream()
                                        .map(findings ->
                                                findings.get(incident).words().getOrDefault(place, "—"))))
                        .collect(Collectors.joining());
    }

    private static String row(String place, Stream<String> cells) {
        return Stream.concat(Stream.of(place), cells).collect(Collectors.joining(" | ", "| ", " |\n"));
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
