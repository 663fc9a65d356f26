package shoal.recipe.json;

/**
 * One value of a JSON text, with the line on which it starts.
 *
 * <p>Immutable. A value that was made, not read, has line 0.
 */
public sealed interface JsonValue
        permits JsonObject, JsonArray, JsonText, JsonNumber, JsonBoolean, JsonNull {
    /** The line of the text on which the value starts, from 1; 0 for a value that was made. */
    int line();

    /** Reads this value by its kind. */
    <R> R accept(Handler<R> handler);

    /** The value for a message: {@code "abc"}, {@code 1.5}, {@code true}, {@code an object}. */
    default String inWords() {
        return accept(Words.INSTANCE);
    }

    /** One method per kind. */
    interface Handler<R> {
        R object(JsonObject value);

        R array(JsonArray value);

        R text(JsonText value);

        R number(JsonNumber value);

        R bool(JsonBoolean value);

        R nothing(JsonNull value);
    }
}
