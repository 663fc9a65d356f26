package shoal.model.tokenizer;

import static java.util.Objects.requireNonNull;

import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Verdict;

/**
 * One key of a tokenizer's file.
 *
 * @param name the key; in a nested file, the path with dots
 * @param verdict what Shoal does with it
 * @param takes which values it may have
 * @param upstream what HF does with it
 * @param here what Shoal does with it, or why it does not
 */
record FileKey(String name, Verdict verdict, Takes takes, String upstream, String here) {
    /** Which values of a key are read; others are refused. */
    enum Takes {
        ANYTHING("anything"),
        SIDE("\"right\" or \"left\""),
        FALSE("false"),
        NOTHING("null"),
        EMPTY_LIST("[]"),
        TEXTS("a list of texts"),
        FILES("[\"tokenizer.json\"]"),
        TEMPLATE("null, a text, an object, or a list of objects with \"name\" and \"template\""),
        CODE("an object, or a list of two class names");

        private final String words;

        Takes(String words) {
            this.words = words;
        }

        /** What is expected, as messages and documents say it. */
        String words() {
            return words;
        }

        boolean accepts(JsonValue value) {
            return switch (this) {
                case ANYTHING -> true;
                case SIDE ->
                        value instanceof JsonText text
                                && (text.text().equals("left") || text.text().equals("right"));
                case FALSE -> value instanceof JsonBoolean flag && !flag.value();
                case NOTHING -> value instanceof JsonNull;
                case EMPTY_LIST -> value instanceof JsonArray list && list.values().isEmpty();
                case TEXTS ->
                        value instanceof JsonArray list
                                && list.values().stream().allMatch(JsonText.class::isInstance);
                case FILES ->
                        value instanceof JsonArray list
                                && list.values().stream()
                                        .allMatch(
                                                each ->
                                                        each instanceof JsonText name
                                                                && name.text()
                                                                        .equals("tokenizer.json"));
                case TEMPLATE ->
                        !(value instanceof JsonArray list)
                                || list.values().stream().allMatch(Takes::isTemplate);
                case CODE ->
                        value instanceof JsonObject
                                || (value instanceof JsonArray list && list.values().size() == 2);
            };
        }

        private static boolean isTemplate(JsonValue value) {
            return value instanceof JsonObject template
                    && template.member("name").isPresent()
                    && template.member("template").isPresent();
        }
    }

    FileKey {
        requireNonNull(name, "name");
        requireNonNull(verdict, "verdict");
        requireNonNull(takes, "takes");
        requireNonNull(upstream, "upstream");
        requireNonNull(here, "here");
    }

    static FileKey honoured(String name, String upstream) {
        return honoured(name, Takes.ANYTHING, upstream, "the same");
    }

    static FileKey honoured(String name, Takes takes, String upstream, String here) {
        return new FileKey(name, Verdict.HONOURED, takes, upstream, here);
    }

    static FileKey withoutEffect(String name, Takes takes, String upstream) {
        return new FileKey(name, Verdict.WITHOUT_EFFECT, takes, upstream, "no id depends on it");
    }

    static FileKey withoutEffect(String name, String upstream, String here) {
        return new FileKey(name, Verdict.WITHOUT_EFFECT, Takes.ANYTHING, upstream, here);
    }

    static FileKey refused(String name, Takes takes, String upstream, String why) {
        return new FileKey(name, Verdict.REFUSED, takes, upstream, why);
    }
}
