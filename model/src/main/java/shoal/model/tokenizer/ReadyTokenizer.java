package shoal.model.tokenizer;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * A folder's own tokenizer.json, adapted as transformers adapts it (4.57.6): truncation and padding
 * are switched off, a ByteLevel pre-tokenizer has the add_prefix_space of the constructor
 * (PreTrainedTokenizerFast), and a BertNormalizer its three flags (BertTokenizerFast).
 */
final class ReadyTokenizer {
    /** An added token with the id that its file names. */
    record Added(long id, AddedToken token) {
        Added {
            requireNonNull(token, "token");
        }
    }

    private static final List<String> FLAGS =
            List.of("single_word", "lstrip", "rstrip", "normalized", "special");

    private ReadyTokenizer() {}

    /** The added tokens of a tokenizer.json, in its order. */
    static List<Added> added(JsonObject json, String shownFile) {
        List<Added> tokens = new ArrayList<>();
        for (JsonValue item : Json.items(json, "added_tokens").orElse(List.of())) {
            JsonObject fields =
                    item instanceof JsonObject object ? object : JsonObject.of(Map.of());
            OptionalLong id = Json.integer(fields, "id");
            boolean isWhole =
                    id.orElse(-1) >= 0
                            && Json.text(fields, "content").isPresent()
                            && FLAGS.stream().allMatch(key -> Json.flag(fields, key).isPresent());
            if (!isWhole) {
                throw new UserException(
                        shownFile + ":" + item.line(),
                        "added_tokens has "
                                + JsonWriter.compact(item)
                                + ", expected an object with an id, a content, and each of "
                                + String.join(", ", FLAGS)
                                + ", true or false.");
            }
            tokens.add(
                    new Added(id.orElseThrow(), AddedToken.of(fields, shownFile, "added_tokens")));
        }
        return tokens;
    }

    /** HF's fast tokenizer refuses to overlap as many tokens as it keeps. */
    private static void checkTruncation(JsonObject json, String shownFile) {
        Json.object(json, "truncation")
                .filter(
                        section ->
                                Json.integer(section, "stride").orElse(0) > 0
                                        && Json.integer(section, "stride").orElse(0)
                                                >= Json.integer(section, "max_length").orElse(0))
                .ifPresent(
                        section -> {
                            throw new UserException(
                                    shownFile + ":" + section.line(),
                                    "truncation.stride is not below truncation.max_length: HF fails"
                                            + " on it. Set truncation to null: lengths come with"
                                            + " each call.");
                        });
    }

    static JsonObject adapted(JsonObject json, TokenizerKind kind, TokenizerSettings settings) {
        checkTruncation(json, settings.shown(TokenizerFiles.READY));
        Members adapted = new Members(json).nothing("truncation").nothing("padding");
        Json.object(json, "pre_tokenizer")
                .filter(given -> isOfType(given, "ByteLevel"))
                .ifPresent(given -> adapted.put("pre_tokenizer", preTokenizer(given, settings)));
        if (kind == TokenizerKind.WORD_PIECES) {
            adapted.put("normalizer", normalizer(json, settings));
        }
        return adapted.object();
    }

    private static boolean isOfType(JsonObject section, String type) {
        return Json.text(section, "type").equals(Optional.of(type));
    }

    private static JsonObject preTokenizer(JsonObject given, TokenizerSettings settings) {
        Members adapted = new Members(given);
        settings.prefixSpace().ifPresent(value -> adapted.flag("add_prefix_space", value));
        return adapted.object();
    }

    private static JsonValue normalizer(JsonObject json, TokenizerSettings settings) {
        JsonValue given = json.member("normalizer").orElse(Json.NULL);
        if (given instanceof JsonNull) {
            throw new UserException(
                    settings.shown(TokenizerFiles.READY),
                    "has no normalizer, but tokenizer_class is BertTokenizer: HF fails on it. Set"
                            + " tokenizer_class to \"PreTrainedTokenizerFast\".");
        }
        if (!(given instanceof JsonObject object) || !isOfType(object, "BertNormalizer")) {
            return given;
        }
        JsonValue accents =
                settings.stripAccents().<JsonValue>map(JsonBoolean::of).orElse(Json.NULL);
        JsonObject adapted =
                new Members(object)
                        .flag("handle_chinese_chars", settings.chineseCharacters())
                        .put("strip_accents", accents)
                        .flag("lowercase", settings.lowercase())
                        .object();
        return JsonWriter.compact(adapted).equals(JsonWriter.compact(given)) ? given : adapted;
    }
}
