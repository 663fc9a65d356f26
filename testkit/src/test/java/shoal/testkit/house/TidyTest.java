package shoal.testkit.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Style rules that are a test, so that nobody has to remember them. */
final class TidyTest {
    private static final int FILE_LINES = 400;

    private static final Pattern LEFT_OVER =
            Pattern.compile("\\b(TODO|FIXME|XXX)\\b|@author|@Disabled\\b");

    /** A suppression gives its reason on the same line. */
    private static final Pattern SUPPRESSION_WITHOUT_REASON =
            Pattern.compile("@SuppressWarnings\\([^)]*\\)\\s*$", Pattern.MULTILINE);

    private static final Pattern SLEEP = Pattern.compile("\\bThread\\.sleep\\(");

    private static final Pattern CATCH_THROWABLE = Pattern.compile("catch \\(Throwable\\b");

    private static final Pattern TYPE_NAME =
            Pattern.compile(
                    "^public .*(?:class|interface|record|enum) (\\w+(?:Manager|Helper|Util|Utils|"
                            + "Impl|Service))\\b",
                    Pattern.MULTILINE);

    @Test
    void files_have_at_most_400_lines() {
        List<String> long_files = new ArrayList<>();
        for (Path file : SourceTree.javaFiles()) {
            long lines = SourceTree.text(file).lines().count();
            if (lines > FILE_LINES) {
                long_files.add(SourceTree.shown(file) + " has " + lines);
            }
        }
        assertThat(long_files).isEmpty();
    }

    @Test
    void every_package_says_its_duty_and_is_null_marked() {
        TreeSet<Path> folders = new TreeSet<>();
        for (Path file : SourceTree.javaFiles()) {
            if (file.toString().contains("/src/main/")) {
                folders.add(file.getParent());
            }
        }

        List<String> missing = new ArrayList<>();
        for (Path folder : folders) {
            Path info = folder.resolve("package-info.java");
            if (!Files.exists(info)
                    || !SourceTree.text(info).contains("@NullMarked")
                    || !SourceTree.text(info).startsWith("/**")) {
                missing.add(SourceTree.shown(folder));
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void nothing_is_left_over() {
        assertThat(places(LEFT_OVER)).isEmpty();
    }

    @Test
    void suppressions_have_a_reason_on_their_line() {
        assertThat(places(SUPPRESSION_WITHOUT_REASON)).isEmpty();
    }

    @Test
    void nothing_sleeps() {
        assertThat(places(SLEEP)).isEmpty();
    }

    @Test
    void throwable_is_caught_only_where_a_thread_or_the_process_ends() {
        assertThat(places(CATCH_THROWABLE))
                .allMatch(place -> place.matches(".*/(Main|Driver|Hangups)\\.java:\\d+ .*"));
    }

    @Test
    void types_are_named_for_what_they_are() {
        assertThat(places(TYPE_NAME)).isEmpty();
    }

    /** Where a pattern occurs, as file:line text; this file, which holds the patterns, excepted. */
    private static List<String> places(Pattern pattern) {
        List<String> places = new ArrayList<>();
        for (Path file : SourceTree.javaFiles()) {
            if (file.endsWith("TidyTest.java")) {
                continue;
            }
            String text = SourceTree.text(file);
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) {
                long line = text.substring(0, matcher.start()).lines().count();
                places.add(SourceTree.shown(file) + ":" + line + " " + matcher.group().strip());
            }
        }
        return places;
    }
}
