package io.ownedlock.spring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What {@code docs/spring.md} says, for tests that compare it with what is so. */
public final class SpringDocument {

    private SpringDocument() {}

    public static String text() {
        try {
            return Files.readString(Path.of("").toAbsolutePath().getParent().resolve("docs/spring.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cells of the rows of all tables whose first column is called one of these, without their heads. */
    public static List<String[]> rows(String... firstColumns) {
        List<String[]> rows = new ArrayList<>();
        boolean head = true;
        boolean wanted = false;
        for (String line : text().lines().toList()) {
            if (!line.startsWith("|")) {
                head = true;
                continue;
            }
            String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
            Arrays.setAll(cells, i -> cells[i].strip());
            if (head) {
                wanted = Arrays.asList(firstColumns).contains(cells[0]);
            } else if (wanted && !line.startsWith("|-")) {
                rows.add(cells);
            }
            head = false;
        }
        return rows;
    }
}
