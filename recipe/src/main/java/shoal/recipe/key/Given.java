package shoal.recipe.key;

import static java.util.Objects.requireNonNull;

import shoal.recipe.json.JsonValue;

/**
 * A value that somebody gave.
 *
 * @param name as it was spelt
 * @param value the value
 * @param origin where it stands
 */
public record Given(String name, JsonValue value, Origin origin) {
    public Given {
        requireNonNull(name, "name");
        requireNonNull(value, "value");
        requireNonNull(origin, "origin");
    }

    /** The name and its value; a flag's name stands in its origin already. */
    String inWords() {
        String is = "is " + Secrets.shown(name, value).inWords();
        return origin instanceof Origin.Typed ? is : name + " " + is;
    }
}
