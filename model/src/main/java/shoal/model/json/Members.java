package shoal.model.json;

import java.util.LinkedHashMap;
import java.util.Map;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** Puts an object together, key by key in order. Setting a key again replaces its value. */
public final class Members {
    private final Map<String, JsonValue> members;

    public Members() {
        this.members = new LinkedHashMap<>();
    }

    /** Starts from an object. */
    public Members(JsonObject from) {
        this.members = new LinkedHashMap<>(from.members());
    }

    public Members put(String key, JsonValue value) {
        members.put(key, value);
        return this;
    }

    public Members text(String key, String value) {
        return put(key, JsonText.of(value));
    }

    public Members flag(String key, boolean value) {
        return put(key, JsonBoolean.of(value));
    }

    public Members integer(String key, long value) {
        return put(key, JsonNumber.of(value));
    }

    /** A float as Python writes it. */
    public Members number(String key, double value) {
        return put(key, Json.number(value));
    }

    public Members nothing(String key) {
        return put(key, Json.NULL);
    }

    /** Sets the key only if it is not there. */
    public Members otherwise(String key, JsonValue value) {
        members.putIfAbsent(key, value);
        return this;
    }

    public Members remove(String key) {
        members.remove(key);
        return this;
    }

    public JsonObject object() {
        return JsonObject.of(members);
    }
}
