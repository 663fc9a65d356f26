package shoal.model.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import shoal.model.GptConfig;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.model.json.PythonJson;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.key.Key;

/**
 * config.json as GPT2ForSequenceClassification saves it after training (transformers 4.57.6,
 * configuration_utils.py): the keys of the folder it started from are kept, GPT2Config's defaults
 * are spelled out, and id2label is left out when it is the default for two labels.
 */
final class ClassifierConfig {
    private static final String VERSION = "4.57.6";

    private ClassifierConfig() {}

    static String of(ConfigFile file, GptConfig config) {
        Members json = new Members(file.json());
        json.put("architectures", Json.texts(List.of("GPT2ForSequenceClassification")))
                .text("dtype", "float32")
                .text("model_type", "gpt2")
                .text("problem_type", "single_label_classification")
                .text("transformers_version", VERSION)
                .remove("_name_or_path")
                .remove("torch_dtype")
                .remove("num_labels")
                .remove("id2label")
                .remove("label2id");
        if (config.hasPadToken()) {
            json.integer("pad_token_id", config.padTokenId());
        }
        if (file.isTrue("add_cross_attention", false)) {
            json.flag("add_cross_attention", false); // no such weights are written
        }
        oneName(json, file);
        defaults(json, config);
        labels(json, file.labelNames(), config.labels());
        return PythonJson.sorted(json.object()) + "\n";
    }

    /** HF saves GPT2Config's own names, with what counted of two. */
    private static void oneName(Members json, ConfigFile file) {
        for (Key key : ConfigKeys.TABLE.keys()) {
            if (ConfigKeys.isShape(key)) {
                file.given(key.name()).ifPresent(entry -> json.put(key.name(), entry.value()));
                key.aliases().forEach(json::remove);
            }
        }
    }

    /** GPT2Config's own keys; HF writes them whatever their value. */
    private static void defaults(Members json, GptConfig config) {
        json.otherwise("activation_function", JsonText.of("gelu_new"))
                .otherwise("attn_pdrop", Json.number(config.attentionDropout()))
                .otherwise("bos_token_id", JsonNumber.of(50_256))
                .otherwise("embd_pdrop", Json.number(config.embeddingDropout()))
                .otherwise("eos_token_id", JsonNumber.of(50_256))
                .otherwise("initializer_range", Json.number(config.initializerRange()))
                .otherwise("layer_norm_epsilon", Json.number(config.layerNormEpsilon()))
                .otherwise("n_embd", JsonNumber.of(config.hidden()))
                .otherwise("n_head", JsonNumber.of(config.heads()))
                .otherwise("n_inner", Json.NULL)
                .otherwise("n_layer", JsonNumber.of(config.layers()))
                .otherwise("n_positions", JsonNumber.of(config.positions()))
                .otherwise("reorder_and_upcast_attn", JsonBoolean.of(false))
                .otherwise("resid_pdrop", Json.number(config.residualDropout()))
                .otherwise("scale_attn_by_inverse_layer_idx", JsonBoolean.of(false))
                .otherwise("scale_attn_weights", JsonBoolean.of(true))
                .otherwise("summary_activation", Json.NULL)
                .otherwise("summary_first_dropout", Json.number(0.1))
                .otherwise("summary_proj_to_labels", JsonBoolean.of(true))
                .otherwise("summary_type", JsonText.of("cls_index"))
                .otherwise("summary_use_proj", JsonBoolean.of(true))
                .otherwise("use_cache", JsonBoolean.of(true))
                .otherwise("vocab_size", JsonNumber.of(config.vocabulary()));
    }

    private static void labels(Members json, Map<Integer, String> given, int labels) {
        Map<Integer, String> names = new TreeMap<>();
        for (int label = 0; label < labels; label++) {
            names.put(label, "LABEL_" + label);
        }
        if (given.keySet().equals(names.keySet())) {
            names.putAll(given);
        }
        boolean standard =
                names.entrySet().stream()
                        .allMatch(each -> each.getValue().equals("LABEL_" + each.getKey()));
        if (standard && labels == 2) {
            return;
        }
        json.put("id2label", byId(names)).put("label2id", byName(names));
    }

    private static JsonObject byId(Map<Integer, String> names) {
        Members ids = new Members();
        names.forEach((id, name) -> ids.text(Integer.toString(id), name));
        return ids.object();
    }

    private static JsonObject byName(Map<Integer, String> names) {
        Members byName = new Members();
        names.forEach((id, name) -> byName.integer(name, id));
        return byName.object();
    }
}
