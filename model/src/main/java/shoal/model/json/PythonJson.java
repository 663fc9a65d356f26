package shoal.model.json;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * Writes JSON as Python's {@code json.dumps(value, indent=2, sort_keys=True)} does, for files that
 * HF's tools read and people compare.
 *
 * <p>Everything but ASCII is escaped (ensure_ascii). Keys that are whole numbers sort as numbers,
 * as HF's integer keys of id2label do.
 */
public final class PythonJson implements JsonValue.Handler<PythonJson> {
    private static final Comparator<String> KEY_ORDER =
            Comparator.comparingInt((String key) -> isWhole(key) ? 0 : 1)
                    .thenComparingInt(key -> isWhole(key) ? key.length() : 0)
                    .thenComparing(Comparator.naturalOrder());

    private final StringBuilder out = new StringBuilder();
    private int depth;

    private PythonJson() {}

    /** Indented by two, keys sorted, without a line end at the end. */
    public static String sorted(JsonValue value) {
        return value.accept(new PythonJson()).out.toString();
    }

    @Override
    public PythonJson object(JsonObject value) {
        Map<String, JsonValue> members = value.members();
        List<String> keys = new ArrayList<>(members.keySet());
        keys.sort(KEY_ORDER);
        open('{', keys.isEmpty());
        for (Iterator<String> each = keys.iterator(); each.hasNext(); ) {
            String key = each.next();
            line();
            quote(key);
            out.append(": ");
            requireNonNull(members.get(key)).accept(this);
            out.append(each.hasNext() ? "," : "");
        }
        return close('}', keys.isEmpty());
    }

    @Override
    public PythonJson array(JsonArray value) {
        open('[', value.values().isEmpty());
        for (Iterator<JsonValue> each = value.values().iterator(); each.hasNext(); ) {
            line();
            each.next().accept(this);
            out.append(each.hasNext() ? "," : "");
        }
        return close(']', value.values().isEmpty());
    }

    @Override
    public PythonJson text(JsonText value) {
        quote(value.text());
        return this;
    }

    @Override
    public PythonJson number(JsonNumber value) {
        out.append(value.literal());
        return this;
    }

    @Override
    public PythonJson bool(JsonBoolean value) {
        out.append(value.value());
        return this;
    }

    @Override
    public PythonJson nothing(JsonNull value) {
        out.append("null");
        return this;
    }

    private void open(char bracket, boolean empty) {
        out.append(bracket);
        depth += empty ? 0 : 1;
    }

    private PythonJson close(char bracket, boolean empty) {
        if (!empty) {
            depth--;
            line();
        }
        out.append(bracket);
        return this;
    }

    private void line() {
        out.append('\n').append("  ".repeat(depth));
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            out.append(escaped(text.charAt(i)));
        }
        out.append('"');
    }

    private static String escaped(char character) {
        return switch (character) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default ->
                    character < ' ' || character > '~'
                            ? String.format("\\u%04x", (int) character)
                            : String.valueOf(character);
        };
    }

    private static boolean isWhole(String key) {
        return !key.isEmpty()
                && key.length() < 10
                && key.chars().allMatch(digit -> digit >= '0' && digit <= '9');
    }
}
