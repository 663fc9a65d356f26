package shoal.model.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import shoal.model.GptConfig;
import shoal.model.json.Json;
import shoal.recipe.Limits;
import shoal.recipe.Problems;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * Reads HF's config.json of a GPT-2 model. Missing keys have GPT2Config's defaults (transformers
 * 4.57.6, configuration_gpt2.py); what changes the arithmetic in a way the kernel does not follow
 * is refused by name. All problems at once.
 */
final class ConfigFile {
    /** activation_function values that are the tanh form of GELU, which the kernel computes. */
    private static final List<String> ACTIVATIONS = List.of("gelu_new", "gelu_pytorch_tanh");

    private final JsonObject json;
    private final String shownName;
    private final Problems problems = new Problems();

    ConfigFile(JsonObject json, String shownName) {
        this.json = json;
        this.shownName = shownName;
    }

    JsonObject json() {
        return json;
    }

    /**
     * The configuration of a classifier.
     *
     * @param labels classes
     * @param padTokenId where config.json names none
     * @throws shoal.recipe.UserException with every problem of the file
     */
    GptConfig config(int labels, OptionalInt padTokenId) {
        checkSupported(labels);
        int hidden = whole("n_embd", 768, 1, 1 << 16);
        int heads = whole("n_head", 12, 1, 1 << 16);
        if (hidden % heads != 0) {
            problem("n_head", "is " + heads + ", expected to divide n_embd (" + hidden + ").");
        }
        int vocabulary = whole("vocab_size", 50_257, 1, 1 << 24);
        int pad = padTokenId(padTokenId, vocabulary);
        int positions = whole("n_positions", 1_024, 1, 1 << 20);
        int layers = whole("n_layer", 12, 1, 1_000);
        int inner = whole("n_inner", 4 * hidden, 1, 1 << 18);
        double epsilon = number("layer_norm_epsilon", 1e-5, 0, 1);
        double range = number("initializer_range", 0.02, 0, 1e3);
        double embedding = number("embd_pdrop", 0.1, 0, Math.nextDown(1.0));
        double attention = number("attn_pdrop", 0.1, 0, Math.nextDown(1.0));
        double residual = number("resid_pdrop", 0.1, 0, Math.nextDown(1.0));
        problems.throwIfAny();
        return new GptConfig(
                vocabulary,
                positions,
                hidden,
                layers,
                heads,
                inner,
                labels,
                pad,
                epsilon,
                range,
                embedding,
                attention,
                residual);
    }

    private void checkSupported(int labels) {
        JsonValue type = json.member("model_type").orElse(JsonText.of("nothing"));
        if (!(type instanceof JsonText text) || !text.text().equals("gpt2")) {
            problem(
                    "model_type",
                    "is " + type.inWords() + ", expected \"gpt2\": only GPT-2 models are trained.");
            problems.throwIfAny();
        }
        String activation = Json.text(json, "activation_function").orElse("gelu_new");
        if (!ACTIVATIONS.contains(activation)) {
            problem(
                    "activation_function",
                    "is \"" + activation + "\", expected one of " + ACTIVATIONS + ".");
        }
        if (labels == 1) {
            problem(
                    "num_labels",
                    "is 1: HF would train a regression, which is not supported. Use 2 or more.");
        }
        expectFlag("scale_attn_weights", true);
        expectFlag("scale_attn_by_inverse_layer_idx", false);
        expectFlag("add_cross_attention", false);
        problemType();
    }

    /** reorder_and_upcast_attn only changes the order of fp16 arithmetic: no effect in fp32. */
    private void expectFlag(String key, boolean expected) {
        JsonValue value = json.member(key).orElse(JsonBoolean.of(expected));
        if (!(value instanceof JsonBoolean flag) || flag.value() != expected) {
            problem(
                    key,
                    "is " + value.inWords() + ", expected " + expected + ": no other is computed.");
        }
    }

    private void problemType() {
        String type = Json.text(json, "problem_type").orElse("single_label_classification");
        if (!type.equals("single_label_classification")) {
            problem(
                    "problem_type",
                    "is \"" + type + "\", expected \"single_label_classification\" or null.");
        }
    }

    private int padTokenId(OptionalInt otherwise, int vocabulary) {
        if (given("pad_token_id").isPresent()) {
            return whole("pad_token_id", 0, 0, vocabulary - 1);
        }
        if (otherwise.isPresent() && otherwise.getAsInt() < vocabulary) {
            return otherwise.getAsInt();
        }
        problems.add(
                shownName,
                "has no pad_token_id, and the tokenizer has no padding token to take it from. HF's"
                        + " classifier cannot batch rows without one. Add \"pad_token_id\", for"
                        + " example the id of the end-of-text token.");
        return 0;
    }

    /** Whether config.json itself names the padding token. */
    boolean namesPadToken() {
        return given("pad_token_id").isPresent();
    }

    /**
     * The classes that config.json names: the size of id2label, else num_labels (HF's order), if it
     * names any.
     */
    OptionalInt labels() {
        Optional<JsonObject> names = Json.object(json, "id2label");
        if (names.isPresent() && !names.get().members().isEmpty()) {
            return OptionalInt.of(names.get().members().size());
        }
        OptionalLong count = Json.integer(json, "num_labels");
        if (count.isPresent() && count.getAsLong() >= 1 && count.getAsLong() <= Limits.LABELS) {
            return OptionalInt.of((int) count.getAsLong());
        }
        return OptionalInt.empty();
    }

    /** Names of classes by index, if id2label has one for each of 0..k-1. */
    Map<Integer, String> labelNames() {
        Map<Integer, String> names = new TreeMap<>();
        JsonObject given = Json.object(json, "id2label").orElse(JsonObject.of(Map.of()));
        for (String key : given.members().keySet()) {
            if (key.matches("[0-9]{1,6}")) {
                Json.text(given, key).ifPresent(name -> names.put(Integer.parseInt(key), name));
            }
        }
        return names;
    }

    private Optional<JsonValue> given(String key) {
        return json.member(key).filter(value -> !(value instanceof JsonNull));
    }

    private int whole(String key, int otherwise, int least, int most) {
        Optional<JsonValue> value = given(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        OptionalLong whole = Json.integer(value.get());
        if (whole.isPresent() && whole.getAsLong() >= least && whole.getAsLong() <= most) {
            return (int) whole.getAsLong();
        }
        problem(
                key,
                String.format(
                        "is %s, expected a whole number from %d to %d.",
                        value.get().inWords(), least, most));
        return otherwise;
    }

    private double number(String key, double otherwise, double least, double most) {
        Optional<JsonValue> value = given(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        if (value.get() instanceof JsonNumber number
                && number.decimal() >= least
                && number.decimal() <= most) {
            return number.decimal();
        }
        problem(
                key,
                String.format(
                        "is %s, expected a number from %s to %s.",
                        value.get().inWords(), least, most >= 1 ? most : "below 1"));
        return otherwise;
    }

    private void problem(String key, String what) {
        int line = json.member(key).map(JsonValue::line).orElse(0);
        problems.add(line > 0 ? shownName + ":" + line : shownName, key + " " + what);
    }
}
