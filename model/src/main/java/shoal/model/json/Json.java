package shoal.model.json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import shoal.model.LfsPointer;
import shoal.recipe.Limits;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** Small steps on JSON trees: reading files, asking for a kind. */
public final class Json {
    public static final JsonValue NULL = new JsonNull(0);

    private Json() {}

    /** Reads a file whose value is an object. {@code shownName} is what the user typed. */
    public static JsonObject readObject(Path file, String shownName) {
        return JsonReader.readObject(bytes(file, shownName), shownName);
    }

    /** The same of a file that Python wrote: numbers may be NaN, Infinity or -Infinity. */
    public static JsonObject readPythonsObject(Path file, String shownName) {
        return JsonReader.readPythonsObject(bytes(file, shownName), shownName);
    }

    private static byte[] bytes(Path file, String shownName) {
        LfsPointer.refuse(file, shownName);
        try {
            long size = Files.size(file);
            if (size > Limits.JSON_BYTES) {
                throw new UserException(
                        shownName,
                        "has " + size + " bytes; at most " + Limits.JSON_BYTES + " are read.");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new UserException(shownName, "There is no such file.");
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read: " + unreadable);
        }
    }

    /** The member if it is an object. */
    public static Optional<JsonObject> object(JsonObject object, String key) {
        return object.member(key).filter(JsonObject.class::isInstance).map(JsonObject.class::cast);
    }

    /** The values of the member if it is a list. */
    public static Optional<List<JsonValue>> items(JsonObject object, String key) {
        return object.member(key)
                .filter(JsonArray.class::isInstance)
                .map(array -> ((JsonArray) array).values());
    }

    /** The member if it is text. */
    public static Optional<String> text(JsonObject object, String key) {
        return object.member(key)
                .filter(JsonText.class::isInstance)
                .map(text -> ((JsonText) text).text());
    }

    /** The member if it is true or false. */
    public static Optional<Boolean> flag(JsonObject object, String key) {
        return object.member(key)
                .filter(JsonBoolean.class::isInstance)
                .map(flag -> ((JsonBoolean) flag).value());
    }

    /** The member if it is a whole number. */
    public static OptionalLong integer(JsonObject object, String key) {
        return object.member(key).map(Json::integer).orElse(OptionalLong.empty());
    }

    /** The value if it is a whole number. */
    public static OptionalLong integer(JsonValue value) {
        return value instanceof JsonNumber number ? number.integer() : OptionalLong.empty();
    }

    /** A list of texts. */
    public static JsonArray texts(List<String> values) {
        return JsonArray.of(values.stream().<JsonValue>map(JsonText::of).toList());
    }

    /** A number as Python writes it; not finite numbers become NaN, Infinity, -Infinity. */
    public static JsonNumber number(double value) {
        return new JsonNumber(PythonNumber.json(value), 0);
    }
}
