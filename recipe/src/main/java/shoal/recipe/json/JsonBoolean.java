package shoal.recipe.json;

/** {@code true} or {@code false}. */
public record JsonBoolean(boolean value, int line) implements JsonValue {
    /** A truth value that was made. */
    public static JsonBoolean of(boolean value) {
        return new JsonBoolean(value, 0);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
        return handler.bool(this);
    }
}
