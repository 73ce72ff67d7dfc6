package io.ownedlock.spring.observe;

import io.ownedlock.deadlock.WaitForGraph.Edge;
import io.ownedlock.task.TaskInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes who waits for whom as the text of a Mermaid flowchart. Labels may come from outside: whatever in them is neither a letter nor a
 * digit, and might mean something to Mermaid or to a page, is written as a number.
 */
final class Mermaid {

    private static final String PLAIN = " .,-_/";

    private Mermaid() {}

    static String flowchart(List<Edge> edges, Viewer viewer) {
        Map<Long, TaskInfo> tasks = new LinkedHashMap<>();
        for (Edge edge : edges) {
            tasks.put(edge.waiting().id(), edge.waiting());
            tasks.put(edge.holder().id(), edge.holder());
        }
        StringBuilder text = new StringBuilder("flowchart LR\n");
        tasks.forEach((id, task) -> text.append("  t")
                .append(id)
                .append("[\"")
                .append(escape(task.label()))
                .append("\"]\n"));
        for (Edge edge : edges) {
            text.append("  t")
                    .append(edge.waiting().id())
                    .append(" -->|\"")
                    .append(escape(label(edge, viewer)))
                    .append("\"| t")
                    .append(edge.holder().id())
                    .append('\n');
        }
        return text.toString();
    }

    private static String label(Edge edge, Viewer viewer) {
        String why = edge.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String resource = viewer.resource(edge);
        return resource == null ? why : why + " " + resource;
    }

    private static String escape(String label) {
        StringBuilder escaped = new StringBuilder();
        label.codePoints().forEach(c -> {
            if (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append('#').append(c).append(';');
            }
        });
        return escaped.toString();
    }
}
