package shoal.recipe.json;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import shoal.recipe.Problems;

/**
 * Reads the members of one object by name, each of one type.
 *
 * <p>What is missing or of another type is noted as a problem with its line, and a value of the
 * type, 1 for numbers whose bounds allow it, stands in, so that all problems of an object are found
 * at once. Members that were never asked for are refused by {@link #refuseOthers}. Not for
 * concurrent use.
 */
public final class JsonFields {
    private final JsonObject object;
    private final String path;
    private final String source;
    private final Problems problems;
    private final Set<String> asked = new LinkedHashSet<>();

    /**
     * Reads an object.
     *
     * @param source what messages call the file
     */
    public JsonFields(JsonObject object, String source, Problems problems) {
        this(object, "", source, problems);
    }

    private JsonFields(JsonObject object, String path, String source, Problems problems) {
        this.object = requireNonNull(object, "object");
        this.path = path;
        this.source = requireNonNull(source, "source");
        this.problems = requireNonNull(problems, "problems");
    }

    /** A whole number within bounds. */
    public long whole(String name, long least, long most) {
        Optional<JsonValue> value = member(name);
        if (value.isPresent()
                && value.get() instanceof JsonNumber number
                && number.integer().isPresent()
                && number.integer().getAsLong() >= least
                && number.integer().getAsLong() <= most) {
            return number.integer().getAsLong();
        }
        wrong(name, value, "an integer from " + least + " to " + most);
        return Math.max(least, Math.min(most, 1));
    }

    /** A whole number within bounds that an int holds. */
    public int count(String name, int least, int most) {
        return Math.toIntExact(whole(name, least, most));
    }

    /** A number within bounds. */
    public double number(String name, double least, double most) {
        Optional<JsonValue> value = member(name);
        if (value.isPresent()
                && value.get() instanceof JsonNumber number
                && number.decimal() >= least
                && number.decimal() <= most) {
            return number.decimal();
        }
        wrong(name, value, "a number from " + least + " to " + most);
        return Math.max(least, Math.min(most, 1));
    }

    /** A truth value. */
    public boolean flag(String name) {
        Optional<JsonValue> value = member(name);
        if (value.isPresent() && value.get() instanceof JsonBoolean flag) {
            return flag.value();
        }
        wrong(name, value, "true or false");
        return false;
    }

    /** A text. */
    public String text(String name) {
        Optional<JsonValue> value = member(name);
        if (value.isPresent() && value.get() instanceof JsonText text) {
            return text.text();
        }
        wrong(name, value, "a text");
        return "";
    }

    /** A list of texts. */
    public List<String> texts(String name) {
        Optional<JsonValue> value = member(name);
        List<String> texts = new ArrayList<>();
        if (value.isPresent() && value.get() instanceof JsonArray list) {
            for (JsonValue each : list.values()) {
                if (each instanceof JsonText text) {
                    texts.add(text.text());
                } else {
                    wrong(name, Optional.of(each), "a list of texts");
                }
            }
            return texts;
        }
        wrong(name, value, "a list of texts");
        return texts;
    }

    /** A word of an enum, in lower case. */
    public <E extends Enum<E>> E word(String name, Class<E> words) {
        Optional<JsonValue> value = member(name);
        E[] all = requireNonNull(words.getEnumConstants(), "an enum has constants");
        for (E each : all) {
            String word = each.name().toLowerCase(Locale.ROOT);
            if (value.isPresent()
                    && value.get() instanceof JsonText text
                    && text.text().equals(word)) {
                return each;
            }
        }
        List<String> known = new ArrayList<>();
        for (E each : all) {
            known.add(JsonWriter.quoted(each.name().toLowerCase(Locale.ROOT)));
        }
        wrong(name, value, "one of " + String.join(", ", known));
        return all[0];
    }

    /** An object; an empty one stands in for what is none. */
    public JsonFields object(String name) {
        Optional<JsonValue> value = member(name);
        if (value.isPresent() && value.get() instanceof JsonObject inner) {
            return new JsonFields(inner, path + name + ".", source, problems);
        }
        wrong(name, value, "an object {…}");
        return new JsonFields(JsonObject.of(Map.of()), path + name + ".", source, new Problems());
    }

    /** Notes a problem with a member that its type does not tell. */
    public void refuse(String name, String sentence) {
        int line = object.member(name).map(JsonValue::line).orElse(object.line());
        problems.add(source + ":" + line, path + name + " " + sentence);
    }

    /** Notes every member that was never asked for. */
    public void refuseOthers() {
        object.members()
                .forEach(
                        (name, value) -> {
                            if (!asked.contains(name)) {
                                problems.add(
                                        source + ":" + value.line(),
                                        path + name + " is not known here");
                            }
                        });
    }

    private Optional<JsonValue> member(String name) {
        asked.add(name);
        return object.member(name);
    }

    private void wrong(String name, Optional<JsonValue> value, String expected) {
        if (value.isEmpty()) {
            problems.add(
                    source + ":" + object.line(),
                    path + name + " is missing, expected " + expected);
        } else {
            problems.add(
                    source + ":" + value.get().line(),
                    path + name + " is " + value.get().inWords() + ", expected " + expected);
        }
    }
}
