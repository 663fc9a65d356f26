package shoal.recipe.key;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.List;

/** What was read from the sources of HF and DeepSpeed, beside the tests. */
public final class Facts {
    private Facts() {}

    /** The lines of a resource without comments, split at tabs. */
    public static List<String[]> of(Class<?> test, String resource) {
        try (InputStream in = requireNonNull(test.getResourceAsStream(resource), resource);
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .toList();
        } catch (IOException trouble) {
            throw new UncheckedIOException(trouble);
        }
    }

    /** Whether the table's default is one of those that the versions had. */
    public static boolean hasDefault(Key key, String words) {
        for (String word : words.split("\\|", -1)) {
            List<String> typed = List.of(word.equals("\"\"") ? "" : word);
            boolean same =
                    key.type()
                            .fromWords(typed)
                            .map(value -> Values.same(value, key.defaultValue()))
                            .orElse(false);
            if (same) {
                return true;
            }
        }
        return false;
    }
}
