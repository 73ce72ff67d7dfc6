package io.ownedlock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keeps {@code docs/trio.md} honest: no fact is missing, and the tests that it names are there. */
class TrioDocumentTest {

    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern NAMED = Pattern.compile("`(\\w+Tests?)\\.(\\w+)`");
    private static final Pattern TEST =
            Pattern.compile("@(?:Parameterized|Repeated)?Test\\b(?:(?!\\bvoid\\b|;)[\\s\\S])*?\\bvoid (\\w+)\\(");
    private static final List<String> VERDICTS =
            List.of("met", "met in Java terms", "different on purpose", "not there");

    /** One line of a table: what it is about, what is here, what pins it. */
    private record Row(String number, String here, String test) {

        static Row of(String line) {
            String[] cells = line.split(" \\| ?");
            assertThat(cells).as(line).hasSize(4);
            return new Row(cells[0].substring(2), cells[2], cells[3]);
        }

        String verdict() {
            return here.substring(2, here.indexOf("**", 2));
        }
    }

    private static String text;
    private static List<Row> facts;
    private static List<Row> gaps;

    @BeforeAll
    static void read() throws IOException {
        text = Files.readString(PROJECT.resolve("docs/trio.md"));
        facts = rows("\\| \\d+ \\|.*");
        gaps = rows("\\| [A-Z] \\|.*");
    }

    private static List<Row> rows(String pattern) {
        return text.lines().filter(line -> line.matches(pattern)).map(Row::of).toList();
    }

    @Test
    void everyFactHasItsRow() {
        assertThat(facts).extracting(Row::number).containsExactlyElementsOf(numbers());
        assertThat(String.join("", gaps.stream().map(Row::number).toList())).isEqualTo("ABCDEFGHIJKLMPQU");
    }

    private static List<String> numbers() {
        return IntStream.rangeClosed(1, 131).mapToObj(Integer::toString).toList();
    }

    @Test
    void theVerdictsAreCounted() {
        Map<String, Integer> counts = new HashMap<>();
        facts.forEach(row -> counts.merge(row.verdict(), 1, Integer::sum));
        assertThat(counts).containsOnlyKeys(VERDICTS);
        String counted = text.replaceAll("\\s+", " ");
        assertThat(counted)
                .contains(
                        "Of the 131 facts, %d are met, %d are met in Java terms, %d are different on purpose, %d are not there."
                                .formatted(VERDICTS.stream().map(counts::get).toArray()));
    }

    @Test
    void everyRowNamesATestOrSaysWhyThereIsNone() {
        for (List<Row> rows : List.of(facts, gaps)) {
            assertThat(rows)
                    .allSatisfy(row -> assertThat(row.test())
                            .doesNotContain("no test")
                            .matches(test -> NAMED.matcher(test).find()
                                    || test.contains("the compiler refuses")
                                    || test.contains("the JDK's")));
        }
    }

    @Test
    void theTestsThatAreNamedAreThere() throws IOException {
        Map<String, List<String>> tests = tests();
        List<String> missing = new ArrayList<>();
        Matcher named = NAMED.matcher(text);
        while (named.find()) {
            if (!tests.getOrDefault(named.group(1), List.of()).contains(named.group(2))) {
                missing.add(named.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(text.split("Test\\.", -1).length - 1)
                .as("what looks like a test is read as one")
                .isEqualTo(NAMED.matcher(text).results().count());
    }

    /** The test methods of each class of any module. */
    private static Map<String, List<String>> tests() throws IOException {
        Map<String, List<String>> found = new HashMap<>();
        for (String module : List.of("core", "autoconfigure", "demo-app")) {
            try (Stream<Path> files = Files.walk(PROJECT.resolve(module).resolve("src/test"))) {
                for (Path file : files.filter(path -> path.toString().matches(".*Tests?\\.java"))
                        .toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    found.computeIfAbsent(name, unused -> new ArrayList<>()).addAll(methods(Files.readString(file)));
                }
            }
        }
        return found;
    }

    private static List<String> methods(String source) {
        return TEST.matcher(source).results().map(result -> result.group(1)).toList();
    }
}
