package shoal.recipe.json;

/** {@code null}. */
public record JsonNull(int line) implements JsonValue {
    @Override
    public <R> R accept(Handler<R> handler) {
        return handler.nothing(this);
    }
}
