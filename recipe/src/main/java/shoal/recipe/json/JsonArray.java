package shoal.recipe.json;

import java.util.List;

/** A JSON list. */
public record JsonArray(List<JsonValue> values, int line) implements JsonValue {
    public JsonArray {
        values = List.copyOf(values);
    }

    /** A list that was made. */
    public static JsonArray of(List<JsonValue> values) {
        return new JsonArray(values, 0);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
        return handler.array(this);
    }
}
