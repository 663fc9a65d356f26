package shoal.recipe.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import shoal.recipe.Problems;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Given;
import shoal.recipe.key.Key;
import shoal.recipe.key.KeyTable;
import shoal.recipe.key.Origin;
import shoal.recipe.key.Secrets;
import shoal.recipe.key.ValueType;

/**
 * Reads flags as HF's argument parser does: {@code --name value}, {@code --name=value}, a truth
 * value without a word, {@code --no_name} for one that is true by default, hyphens for underscores.
 */
final class FlagReader {
    /** argparse takes a word like this for a value, not for a flag. */
    private static final Pattern NEGATIVE_NUMBER = Pattern.compile("-\\d+|-\\d*\\.\\d+.*");

    private final KeyTable table;
    private final Problems problems;
    private final List<Given> given = new ArrayList<>();

    /** Whether the last flag lacks its value and that is a secret: the next word may be it. */
    private boolean secretAwaited;

    private FlagReader(KeyTable table, Problems problems) {
        this.table = table;
        this.problems = problems;
    }

    /** The values that the words give; what is wrong with them is noted. */
    static List<Given> read(List<String> words, KeyTable table, Problems problems) {
        FlagReader reader = new FlagReader(table, problems);
        int next = 0;
        while (next < words.size()) {
            next = reader.flag(words, next);
        }
        return List.copyOf(reader.given);
    }

    /** Reads one flag with its values and returns where the next one starts. */
    private int flag(List<String> words, int at) {
        String word = words.get(at);
        if (!isFlag(word)) {
            problems.add(word, "is no flag; values follow a flag such as --learning_rate 5e-5");
            return at + 1;
        }
        int end = at + 1;
        int equals = word.indexOf('=');
        List<String> values = new ArrayList<>();
        if (equals > 0) {
            values.add(word.substring(equals + 1));
        } else {
            while (end < words.size() && !isFlag(words.get(end))) {
                values.add(words.get(end));
                end++;
            }
        }
        give(equals > 0 ? word.substring(0, equals) : word, values);
        return end;
    }

    private static boolean isFlag(String word) {
        return word.startsWith("-")
                && word.length() > 1
                && !NEGATIVE_NUMBER.matcher(word).matches();
    }

    private void give(String flag, List<String> values) {
        String name = flag.replaceFirst("^--?", "").replace('-', '_');
        Optional<Key> key = table.find(name);
        Optional<Key> opposite =
                name.startsWith("no_") ? table.find(name.substring(3)) : Optional.empty();
        if (key.isPresent()) {
            give(flag, name, key.get(), values);
        } else if (opposite.isPresent() && opposite.get().defaultWord().equals("true")) {
            if (values.isEmpty()) {
                add(flag, opposite.get().name(), JsonBoolean.of(false));
            } else {
                problems.add(flag, "takes no value, got " + shown(name, values));
            }
        } else if (secretAwaited) {
            problems.add(Secrets.SHOWN, "is not known as a flag");
        } else {
            problems.add(flag, table.unknown(name));
        }
        secretAwaited = values.isEmpty() && Secrets.isSecret(name);
    }

    private void give(String flag, String name, Key key, List<String> values) {
        boolean needsWord = !(key.type() instanceof ValueType.Flag);
        Optional<JsonValue> value = key.type().fromWords(values);
        if (value.isPresent()) {
            add(flag, name, value.get());
        } else if (values.isEmpty() && needsWord) {
            problems.add(flag, "has no value, expected " + key.type().expected());
        } else {
            problems.add(
                    flag,
                    "is "
                            + shown(name, values)
                            + ", expected "
                            + key.type().expectedFor(String.join(" ", values)));
        }
    }

    private void add(String flag, String name, JsonValue value) {
        given.add(new Given(name, value, new Origin.Typed(flag)));
    }

    private static String shown(String name, List<String> values) {
        return '"' + Secrets.shown(name, String.join(" ", values)) + '"';
    }
}
