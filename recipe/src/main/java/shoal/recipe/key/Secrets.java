package shoal.recipe.key;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * Which values are the user's secrets, by the names that hold them, and what is shown in their
 * place: in an explanation, a notice or a problem.
 */
public final class Secrets {
    /** What is shown instead. */
    public static final String SHOWN = "***";

    /** Names such as hub_token, api_key, wandb_api_key, aws_secret, password; not max_tokens. */
    private static final Pattern NAME =
            Pattern.compile("token$|secret|passw|credential|(api|access|private)_?key");

    private Secrets() {}

    /** Whether what stands under this name, which may be a path with dots, is a secret. */
    public static boolean isSecret(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return NAME.matcher(last.toLowerCase(Locale.ROOT)).find();
    }

    /** The value as it may be shown: each secret in it is replaced. Null stays: it is none. */
    public static JsonValue shown(String name, JsonValue value) {
        if (value instanceof JsonNull) {
            return value;
        }
        if (isSecret(name)) {
            return new JsonText(SHOWN, value.line());
        }
        if (value instanceof JsonObject object) {
            Map<String, JsonValue> members = new LinkedHashMap<>();
            object.members().forEach((each, inner) -> members.put(each, shown(each, inner)));
            return new JsonObject(members, object.line());
        }
        if (value instanceof JsonArray list) {
            List<JsonValue> values = list.values().stream().map(each -> shown(name, each)).toList();
            return new JsonArray(values, list.line());
        }
        return value instanceof JsonText text
                ? new JsonText(shown(name, text.text()), text.line())
                : value;
    }

    /** The text as it may be shown; one that starts with a brace is an object of its own. */
    public static String shown(String name, String text) {
        if (isSecret(name)) {
            return SHOWN;
        }
        if (!text.stripLeading().startsWith("{")) {
            return text;
        }
        try {
            JsonObject object = JsonReader.readObject(text.getBytes(UTF_8), name);
            return JsonWriter.compact(shown(name, object));
        } catch (UserException notJson) {
            return SHOWN; // nobody knows what is in it
        }
    }
}
