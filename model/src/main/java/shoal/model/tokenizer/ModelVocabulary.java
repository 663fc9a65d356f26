package shoal.model.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import shoal.model.json.Json;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** Tokens and ids of the model section of a tokenizer.json. */
final class ModelVocabulary {
    private final Map<String, JsonValue> ids;

    private ModelVocabulary(Map<String, JsonValue> ids) {
        this.ids = ids;
    }

    /** Of a whole tokenizer.json; empty where it has no vocabulary, which its library refuses. */
    static ModelVocabulary of(JsonObject tokenizer) {
        JsonObject model = Json.object(tokenizer, "model").orElse(JsonObject.of(Map.of()));
        return Json.object(model, "vocab")
                .map(vocabulary -> new ModelVocabulary(vocabulary.members()))
                .orElseGet(() -> listed(Json.items(model, "vocab").orElse(List.of())));
    }

    /** Unigram's form: pairs of a token and its score, by id. */
    private static ModelVocabulary listed(List<JsonValue> pairs) {
        Map<String, JsonValue> ids = new HashMap<>();
        for (int id = 0; id < pairs.size(); id++) {
            if (pairs.get(id) instanceof JsonArray pair
                    && !pair.values().isEmpty()
                    && pair.values().get(0) instanceof JsonText token) {
                ids.put(token.text(), JsonNumber.of(id));
            }
        }
        return new ModelVocabulary(ids);
    }

    OptionalLong id(String token) {
        JsonValue id = ids.get(token);
        return id == null ? OptionalLong.empty() : Json.integer(id);
    }

    /** How many tokens there are: the id of the first one that is added. */
    long size() {
        return ids.size();
    }
}
