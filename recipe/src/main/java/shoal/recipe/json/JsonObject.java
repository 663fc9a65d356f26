package shoal.recipe.json;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object.
 *
 * @param members in the order of the text
 * @param line where it starts
 */
public record JsonObject(Map<String, JsonValue> members, int line) implements JsonValue {
    public JsonObject {
        Map<String, JsonValue> copy = new LinkedHashMap<>();
        members.forEach(
                (name, value) -> copy.put(requireNonNull(name), requireNonNull(value, "value")));
        members = Collections.unmodifiableMap(copy);
    }

    /** An object that was made. */
    public static JsonObject of(Map<String, JsonValue> members) {
        return new JsonObject(members, 0);
    }

    /** The value of a member; null of the text is a {@link JsonNull}, not an empty Optional. */
    public Optional<JsonValue> member(String name) {
        return Optional.ofNullable(members.get(name));
    }

    @Override
    public <R> R accept(Handler<R> handler) {
        return handler.object(this);
    }
}
