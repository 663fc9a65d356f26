package shoal.recipe.key;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import shoal.recipe.json.JsonValue;

/**
 * One name that a dialect knows.
 *
 * @param name the name today; in a nested file, the path with dots
 * @param aliases older or other spellings of the same setting
 * @param type which values it takes
 * @param defaultWord the default as a flag would spell it; "null" for none
 * @param verdict what Shoal does with it
 * @param accepted values that a refused key takes besides its default
 * @param upstream what HF or DeepSpeed does with it
 * @param here what Shoal does with it, or why it does not
 */
public record Key(
        String name,
        List<String> aliases,
        ValueType type,
        String defaultWord,
        Verdict verdict,
        List<String> accepted,
        String upstream,
        String here) {
    public Key {
        requireNonNull(name, "name");
        aliases = List.copyOf(aliases);
        requireNonNull(type, "type");
        requireNonNull(defaultWord, "defaultWord");
        requireNonNull(verdict, "verdict");
        accepted = List.copyOf(accepted);
        requireNonNull(upstream, "upstream");
        requireNonNull(here, "here");
        if (type.fromWords(List.of(defaultWord)).isEmpty()) {
            throw new IllegalArgumentException(
                    "the default of " + name + " is " + defaultWord + ", not " + type.expected());
        }
    }

    /** A key that works here as it does upstream. */
    public static Key honoured(String name, ValueType type, String defaultWord, String upstream) {
        return honoured(name, type, defaultWord, upstream, "the same");
    }

    /** A key that works here, with what there is to say about it. */
    public static Key honoured(
            String name, ValueType type, String defaultWord, String upstream, String here) {
        return new Key(
                name, List.of(), type, defaultWord, Verdict.HONOURED, List.of(), upstream, here);
    }

    /** A key that changes nothing here, and why. */
    public static Key withoutEffect(
            String name, ValueType type, String defaultWord, String upstream, String why) {
        return new Key(
                name,
                List.of(),
                type,
                defaultWord,
                Verdict.WITHOUT_EFFECT,
                List.of(),
                upstream,
                why);
    }

    /** A key that must keep its default, and why. */
    public static Key refused(
            String name, ValueType type, String defaultWord, String upstream, String why) {
        return new Key(
                name, List.of(), type, defaultWord, Verdict.REFUSED, List.of(), upstream, why);
    }

    /** This key, also known by other names. */
    public Key or(String... others) {
        List<String> all = new ArrayList<>(aliases);
        all.addAll(List.of(others));
        return new Key(name, all, type, defaultWord, verdict, accepted, upstream, here);
    }

    /** This refused key, with more values that it may have. */
    public Key accepting(String... words) {
        return new Key(name, aliases, type, defaultWord, verdict, List.of(words), upstream, here);
    }

    /** What Shoal does, as a sentence of its own. */
    public String remedy() {
        return here.substring(0, 1).toUpperCase(Locale.ROOT) + here.substring(1);
    }

    /** The default as a value. */
    public JsonValue defaultValue() {
        return type.fromWords(List.of(defaultWord)).orElseThrow();
    }

    /** Whether a refused key may have this value. */
    public boolean accepts(JsonValue value) {
        return Values.same(value, defaultValue())
                || type.isOff(value)
                || accepted.stream().anyMatch(word -> word.equals(Values.words(value)));
    }
}
