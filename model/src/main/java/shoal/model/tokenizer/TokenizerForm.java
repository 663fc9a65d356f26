package shoal.model.tokenizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;

/** The parts that every tokenizer.json made here has. */
final class TokenizerForm {
    private TokenizerForm() {}

    /** Everything but pre_tokenizer, normalizer, decoder and model. */
    static Members start(JsonArray addedTokens) {
        return new Members()
                .text("version", "1.0")
                .nothing("truncation")
                .nothing("padding")
                .put("added_tokens", addedTokens)
                .nothing("normalizer")
                .nothing("pre_tokenizer")
                .nothing("post_processor")
                .nothing("decoder");
    }

    static Members type(String name) {
        return new Members().text("type", name);
    }

    /**
     * Special tokens that the vocabulary has, and the added tokens of tokenizer_config.json. HF
     * would append special tokens that the vocabulary lacks behind its last id, where no model has
     * an embedding for them.
     */
    static JsonArray addedTokens(
            JsonObject vocabulary, List<String> special, TokenizerConfig config) {
        Map<Long, JsonValue> entries = new LinkedHashMap<>();
        for (String token : special) {
            OptionalLong id = Json.integer(vocabulary, token);
            if (id.isPresent()) {
                entries.put(id.getAsLong(), AddedToken.of(id.getAsLong(), token).object());
            }
        }
        entries.putAll(config.addedTokens());
        return JsonArray.of(List.copyOf(entries.values()));
    }
}
