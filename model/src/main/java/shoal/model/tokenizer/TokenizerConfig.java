package shoal.model.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * What tokenizer_config.json and special_tokens_map.json say; both may be missing. Where both name
 * a token, tokenizer_config.json wins, as in transformers 4.57.6 (tokenization_utils_base.py).
 */
final class TokenizerConfig {
    /** From here on a bound is none: HF writes 1e30 for that (VERY_LARGE_INTEGER). */
    private static final double MOST_TOKENS = Integer.MAX_VALUE;

    private static final List<String> FLAGS =
            List.of("single_word", "lstrip", "rstrip", "normalized", "special");

    private final String shownName;
    private final JsonObject config;
    private final JsonObject specialTokens;

    private TokenizerConfig(String shownName, JsonObject config, JsonObject specialTokens) {
        this.shownName = shownName;
        this.config = config;
        this.specialTokens = specialTokens;
    }

    static TokenizerConfig read(Path folder, String shownName) {
        return new TokenizerConfig(
                shownName + "/tokenizer_config.json",
                optional(folder, "tokenizer_config.json", shownName),
                optional(folder, "special_tokens_map.json", shownName));
    }

    private static JsonObject optional(Path folder, String name, String shownName) {
        Path file = folder.resolve(name);
        return Files.exists(file)
                ? Json.readObject(file, shownName + "/" + name)
                : JsonObject.of(Map.of());
    }

    /** do_lower_case, if given. */
    Optional<Boolean> lowercase() {
        return flag("do_lower_case");
    }

    /** tokenize_chinese_chars, if given. */
    Optional<Boolean> chineseCharacters() {
        return flag("tokenize_chinese_chars");
    }

    /** strip_accents, if given and not null: null means "as do_lower_case". */
    Optional<Boolean> stripAccents() {
        return flag("strip_accents");
    }

    /** add_prefix_space of byte-level tokenizers, if given. */
    Optional<Boolean> prefixSpace() {
        return flag("add_prefix_space");
    }

    private Optional<Boolean> flag(String key) {
        JsonValue value = config.member(key).orElse(Json.NULL);
        if (value instanceof JsonNull) {
            return Optional.empty();
        }
        if (value instanceof JsonBoolean given) {
            return Optional.of(given.value());
        }
        throw new UserException(
                shownName + ":" + value.line(),
                key + " is " + value.inWords() + ", expected true, false or null.");
    }

    OptionalInt modelMaxLength() {
        if (config.member("model_max_length").orElse(Json.NULL) instanceof JsonNumber tokens
                && tokens.decimal() >= 1
                && tokens.decimal() < MOST_TOKENS) {
            return OptionalInt.of((int) tokens.decimal());
        }
        return OptionalInt.empty();
    }

    boolean keepsEnd() {
        return Json.text(config, "truncation_side").equals(Optional.of("left"));
    }

    String padToken() {
        return token("pad_token", "[PAD]");
    }

    /** The text of a special token: given as text or as an object with "content". */
    String token(String key, String otherwise) {
        return content(config, key).or(() -> content(specialTokens, key)).orElse(otherwise);
    }

    private static Optional<String> content(JsonObject object, String key) {
        return Json.text(object, key)
                .or(() -> Json.object(object, key).flatMap(token -> Json.text(token, "content")));
    }

    /** added_tokens_decoder as entries of a tokenizer.json's added_tokens, by id. */
    Map<Long, JsonValue> addedTokens() {
        Map<Long, JsonValue> added = new LinkedHashMap<>();
        Json.object(config, "added_tokens_decoder")
                .ifPresent(
                        decoder ->
                                decoder.members()
                                        .forEach((id, token) -> addToken(id, token, added)));
        return added;
    }

    private void addToken(String id, JsonValue token, Map<Long, JsonValue> added) {
        if (!(token instanceof JsonObject fields)
                || !(fields.member("content").orElse(Json.NULL) instanceof JsonText content)
                || !id.matches("[0-9]{1,9}")) {
            throw new UserException(
                    shownName + ":" + token.line(),
                    String.format(
                            "added_tokens_decoder has the entry \"%s\": %s, expected an id with an"
                                    + " object that has \"content\".",
                            id, token.inWords()));
        }
        Members entry = AddedToken.of(Long.parseLong(id), content.text());
        for (String key : FLAGS) {
            Json.flag(fields, key).ifPresent(value -> entry.flag(key, value));
        }
        added.put(Long.parseLong(id), entry.object());
    }
}
