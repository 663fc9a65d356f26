package shoal.model.tokenizer;

import java.util.Optional;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.json.JsonObject;

/**
 * A folder's own tokenizer.json, adapted as transformers adapts it: truncation and padding are
 * switched off, and a BertNormalizer follows what tokenizer_config.json says explicitly
 * (BertTokenizerFast, transformers 4.57.6).
 */
final class ReadyTokenizer {
    private ReadyTokenizer() {}

    static JsonObject adapted(JsonObject json, TokenizerConfig config) {
        Members adapted = new Members(json).nothing("truncation").nothing("padding");
        Json.object(json, "normalizer")
                .filter(given -> Json.text(given, "type").equals(Optional.of("BertNormalizer")))
                .ifPresent(given -> adapted.put("normalizer", normalizer(given, config)));
        return adapted.object();
    }

    private static JsonObject normalizer(JsonObject given, TokenizerConfig config) {
        Members adapted = new Members(given);
        config.lowercase().ifPresent(value -> adapted.flag("lowercase", value));
        config.chineseCharacters().ifPresent(value -> adapted.flag("handle_chinese_chars", value));
        config.stripAccents().ifPresent(value -> adapted.flag("strip_accents", value));
        return adapted.object();
    }
}
