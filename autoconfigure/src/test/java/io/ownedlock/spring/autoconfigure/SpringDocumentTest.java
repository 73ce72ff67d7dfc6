package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.spring.SpringDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keeps {@code docs/spring.md} honest: no property is missing, and what it names is there. */
class SpringDocumentTest {

    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();

    /** A class, one within it, a method; of the class before if there is no class. */
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+)?(?:\\.([A-Z]\\w+))?(?:#(\\w+))?`");

    /** The first method whose declaration begins a line after the annotation. */
    private static final Pattern TEST = Pattern.compile(
            "@(?:Parameterized|Repeated)?Test\\b[\\s\\S]*?\\n +(?:(?:public|protected) )?void (\\w+)\\(");

    private static final Pattern PROPERTY = Pattern.compile("`(owned-lock\\.[^`:= ]+)[`=]");
    private static final Pattern PARENT = Pattern.compile("\\bextends (\\w+)");

    private static String text;
    private static Map<String, String> sources;

    @BeforeAll
    static void read() throws IOException {
        text = SpringDocument.text();
        sources = new HashMap<>();
        for (String module : List.of("core", "autoconfigure")) {
            try (Stream<Path> files = Files.walk(PROJECT.resolve(module).resolve("src"))) {
                for (Path file : files.filter(path -> path.toString().matches(".*/src/test\\w*/.*\\.java"))
                        .toList()) {
                    // Two classes of one name are as good as one: what is named must be in either.
                    sources.merge(
                            file.getFileName().toString().replace(".java", ""), Files.readString(file), String::concat);
                }
            }
        }
    }

    private static List<String[]> rows() {
        return SpringDocument.rows("feature", "property");
    }

    @Test
    void allTablesHaveOneForm() {
        assertThat(text.lines().filter(line -> line.matches("\\| (feature|property) \\|.*")))
                .containsOnly("| feature | how | property | test |", "| property | what changes | default | test |");
        assertThat(rows())
                .hasSizeGreaterThan(60)
                .allSatisfy(row -> assertThat(row).as(row[0]).hasSize(4));
    }

    @Test
    void everyRowNamesTestsThatAreThere() {
        assertThat(rows()).allSatisfy(row -> {
            assertThat(row[3]).as(row[0]).contains("`");
            String current = null;
            for (MatchResult named : NAMED.matcher(row[3]).results().toList()) {
                current = named.group(1) == null ? current : named.group(1);
                assertThat(isThere(current, named.group(2), named.group(3)))
                        .as("%s in the row '%s'", named.group(), row[0])
                        .isTrue();
            }
            assertThat(row[3].replaceAll(NAMED.pattern(), ""))
                    .as("what looks like a test is read as one")
                    .doesNotContain("`", "#");
        });
    }

    @Test
    void everyTestThatTheTextNamesIsThere() {
        assertThat(Pattern.compile("`(\\w+Test)#(\\w+)`").matcher(text).results())
                .allSatisfy(named -> assertThat(isThere(named.group(1), null, named.group(2)))
                        .as(named.group())
                        .isTrue());
    }

    private static boolean isThere(String type, String nested, String method) {
        String source = sources.getOrDefault(type, "");
        if (nested != null && !source.contains("class " + nested)) {
            return false;
        }
        Set<String> methods = new LinkedHashSet<>();
        collect(type, methods);
        return method == null ? !methods.isEmpty() : methods.contains(method);
    }

    /** The test methods of a class, of those in it, and of what any of them extends. */
    private static void collect(String type, Set<String> methods) {
        String source = sources.getOrDefault(type, "");
        TEST.matcher(source).results().map(found -> found.group(1)).forEach(methods::add);
        PARENT.matcher(source)
                .results()
                .map(found -> found.group(1))
                .filter(parent -> !parent.equals(type))
                .forEach(parent -> collect(parent, methods));
    }

    @Test
    void everyPropertyThatItNamesIsThere() throws IOException {
        Set<String> known = properties();
        assertThat(PROPERTY.matcher(text).results().map(found -> found.group(1)))
                .isNotEmpty()
                .allSatisfy(named -> assertThat(known)
                        .as(named)
                        .anyMatch(property -> property.equals(ofTheDefaults(named))
                                || property.startsWith(ofTheDefaults(named) + ".")));
    }

    /** Settings of names have no metadata of their own; they are those of the defaults. */
    private static String ofTheDefaults(String named) {
        return named.replaceFirst(
                "^owned-lock\\.(\\*|locks\\.(<name>|\\[[\\w.]+]|[\\w-]+))(\\.|$)", "owned-lock.defaults$3");
    }

    @Test
    void everyPropertyHasARowOfItsOwn() throws IOException {
        String configuration = text.substring(text.indexOf("| property | what"));
        Set<String> first = Pattern.compile("^\\| `([^`]+)`", Pattern.MULTILINE)
                .matcher(configuration)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
        assertThat(first).isEqualTo(properties());
    }

    @Test
    void theDefaultsAreThoseThatEditorsShow() throws IOException {
        for (Map<String, Object> property : Metadata.of("properties")) {
            assertThat(rows())
                    .filteredOn(row -> row[0].equals("`" + Metadata.name(property) + "`"))
                    .singleElement()
                    .satisfies(row -> {
                        Object value = property.get("defaultValue");
                        assertThat(row[2].startsWith("`") ? row[2].replace("`", "") : null)
                                .as(row[0])
                                .isEqualTo(value == null ? null : value.toString());
                    });
        }
    }

    private static Set<String> properties() throws IOException {
        return Metadata.of("properties").stream().map(Metadata::name).collect(Collectors.toSet());
    }
}
