package shoal.recipe.key;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/** Values compared by what they mean, not by how and where they are written. */
public final class Values implements JsonValue.Handler<String> {
    private static final Values PLAIN = new Values();

    /** What an unset switch, number or text has inside an object. */
    private static final Set<String> NOTHING = Set.of("null", "false", "0");

    private Values() {}

    /** Whether two values mean the same: {@code 1}, {@code 1.0} and {@code 1e0} do. */
    public static boolean same(JsonValue one, JsonValue other) {
        if (one instanceof JsonNumber a && other instanceof JsonNumber b) {
            return Double.compare(a.decimal() + 0.0, b.decimal() + 0.0) == 0;
        }
        if (one instanceof JsonArray a && other instanceof JsonArray b) {
            return same(a.values(), b.values());
        }
        return one.getClass() == other.getClass() && plain(one).equals(plain(other));
    }

    /** Whether a list, text or object is empty; an object of nothing but no, none and 0 is. */
    public static boolean isEmpty(JsonValue value) {
        if (value instanceof JsonObject object) {
            return object.members().values().stream()
                    .allMatch(each -> isEmpty(each) || NOTHING.contains(plain(each)));
        }
        return (value instanceof JsonArray list && list.values().isEmpty())
                || (value instanceof JsonText text && text.text().isEmpty());
    }

    /** The value in one line, a text without its quotes. */
    public static String plain(JsonValue value) {
        return value.accept(PLAIN);
    }

    /** The value as the words of a flag, separated by spaces. */
    static String words(JsonValue value) {
        return value instanceof JsonArray list
                ? list.values().stream().map(Values::plain).collect(Collectors.joining(" "))
                : plain(value);
    }

    private static boolean same(List<JsonValue> one, List<JsonValue> other) {
        boolean same = one.size() == other.size();
        for (int i = 0; same && i < one.size(); i++) {
            same = same(one.get(i), other.get(i));
        }
        return same;
    }

    @Override
    public String object(JsonObject value) {
        return JsonWriter.compact(value);
    }

    @Override
    public String array(JsonArray value) {
        return JsonWriter.compact(value);
    }

    @Override
    public String text(JsonText value) {
        return value.text();
    }

    @Override
    public String number(JsonNumber value) {
        return value.literal();
    }

    @Override
    public String bool(JsonBoolean value) {
        return String.valueOf(value.value());
    }

    @Override
    public String nothing(JsonNull value) {
        return "null";
    }
}
