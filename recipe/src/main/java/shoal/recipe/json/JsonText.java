package shoal.recipe.json;

import static java.util.Objects.requireNonNull;

/** A JSON string. */
public record JsonText(String text, int line) implements JsonValue {
    public JsonText {
        requireNonNull(text, "text");
    }

    /** A string that was made. */
    public static JsonText of(String text) {
        return new JsonText(text, 0);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
        return handler.text(this);
    }
}
