package shoal.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import shoal.model.Activation;
import shoal.model.AttentionScale;
import shoal.model.GptConfig;
import shoal.model.json.Json;
import shoal.recipe.Limits;
import shoal.recipe.Problems;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Key;
import shoal.recipe.key.Verdict;

/**
 * Reads HF's config.json of a GPT-2 model: every key by {@link ConfigKeys}, all problems at once.
 *
 * <p>HF sets GPT2Config's own names first and the names of its attribute_map after them
 * (transformers 4.57.6, configuration_utils.py): where a file has both, hidden_size wins over
 * n_embd.
 */
final class ConfigFile {
    private static final String ATTENTION = "_attn_implementation";

    private final JsonObject json;
    private final String shownName;
    private final Problems problems = new Problems();

    /** What counts of each setting, by the name that the table has first. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    ConfigFile(JsonObject json, String shownName) {
        this.json = json;
        this.shownName = shownName;
        json.members().forEach(this::add);
    }

    /**
     * A value as it stands in the file.
     *
     * @param name by which it stands there
     */
    record Entry(String name, JsonValue value) {}

    private void add(String name, JsonValue value) {
        ConfigKeys.TABLE.find(name).ifPresent(key -> add(key, new Entry(name, value)));
    }

    private void add(Key key, Entry entry) {
        boolean laterWins = key.name().equals(ATTENTION) || !entry.name().equals(key.name());
        if (laterWins) {
            entries.put(key.name(), entry);
        } else {
            entries.putIfAbsent(key.name(), entry);
        }
    }

    JsonObject json() {
        return json;
    }

    String shownName() {
        return shownName;
    }

    /** What the file says of a setting, by whichever of its names, unless that is null. */
    Optional<Entry> given(String key) {
        return Optional.ofNullable(entries.get(key))
                .filter(entry -> !(entry.value() instanceof JsonNull));
    }

    /**
     * The configuration of a classifier.
     *
     * @param labels classes
     * @param padTokenId where config.json names none
     * @throws shoal.recipe.UserException with every problem of the file
     */
    GptConfig config(int labels, OptionalInt padTokenId) {
        modelType();
        entries.forEach((name, entry) -> check(ConfigKeys.TABLE.key(name), entry));
        classes(labels);
        problemType();
        int hidden = whole("n_embd");
        int heads = whole("n_head");
        if (problems.isEmpty() && hidden % heads != 0) {
            problem("n_head", "is " + heads + ", expected to divide n_embd (" + hidden + ").");
        }
        problems.throwIfAny();
        int vocabulary = whole("vocab_size");
        return new GptConfig(
                vocabulary,
                whole("n_positions"),
                hidden,
                whole("n_layer"),
                heads,
                given("n_inner").isPresent() ? whole("n_inner") : 4 * hidden,
                labels,
                padTokenId(padTokenId, vocabulary),
                number("layer_norm_epsilon"),
                number("initializer_range"),
                number("embd_pdrop"),
                number("attn_pdrop"),
                number("resid_pdrop"),
                activation(),
                attentionScale());
    }

    private void modelType() {
        given("model_type")
                .map(Entry::value)
                .filter(type -> !(type instanceof JsonText text && text.text().equals("gpt2")))
                .ifPresent(
                        type ->
                                problem(
                                        "model_type",
                                        "is "
                                                + type.inWords()
                                                + ", expected \"gpt2\": only GPT-2 models are"
                                                + " trained."));
        problems.throwIfAny(); // another model's keys would all be wrong
    }

    private void check(Key key, Entry entry) {
        JsonValue value = entry.value();
        String words = entry.name() + " is " + value.inWords();
        if (!key.type().admits(value)) {
            String given = value instanceof JsonText text ? text.text() : "";
            noted(entry, words + ", expected " + key.type().expectedFor(given) + ".");
        } else if (key.verdict() == Verdict.REFUSED && !key.accepts(value)) {
            noted(entry, words + ": " + key.here());
        }
    }

    private void classes(int labels) {
        for (String name : List.of("id2label", "label2id")) {
            given(name)
                    .filter(entry -> !(entry.value() instanceof JsonObject))
                    .ifPresent(
                            entry ->
                                    noted(
                                            entry,
                                            name
                                                    + " is "
                                                    + entry.value().inWords()
                                                    + ", expected an object, or null."));
        }
        for (String key : names().members().keySet()) {
            if (!key.strip().matches("[+-]?[0-9]{1,18}")) {
                problem("id2label", "has the key \"" + key + "\", expected whole numbers.");
            }
        }
        given("num_labels")
                .filter(entry -> given("id2label").isEmpty() && labels().isEmpty())
                .ifPresent(
                        entry ->
                                noted(
                                        entry,
                                        "num_labels is "
                                                + entry.value().inWords()
                                                + ", expected a whole number from 1 to "
                                                + Limits.LABELS
                                                + "."));
        if (labels == 1) {
            problem(
                    "num_labels",
                    "is 1: HF would train a regression, which is not supported. Use 2 or more.");
        }
    }

    private void problemType() {
        given("problem_type")
                .filter(entry -> !isText(entry, ConfigKeys.SINGLE_LABEL))
                .filter(entry -> ConfigKeys.TABLE.key("problem_type").type().admits(entry.value()))
                .ifPresent(
                        entry ->
                                noted(
                                        entry,
                                        "problem_type is "
                                                + entry.value().inWords()
                                                + ", a loss that is not computed here: expected \""
                                                + ConfigKeys.SINGLE_LABEL
                                                + "\" or null."));
    }

    private int padTokenId(OptionalInt otherwise, int vocabulary) {
        long id =
                given("pad_token_id")
                        .map(entry -> Json.integer(entry.value()).orElseThrow())
                        .orElseGet(() -> (long) otherwise.orElse(GptConfig.NO_TOKEN));
        return id >= 0 && id < vocabulary ? (int) id : GptConfig.NO_TOKEN;
    }

    /** Whether config.json itself names the padding token. */
    boolean namesPadToken() {
        return given("pad_token_id").isPresent();
    }

    private Activation activation() {
        return given("activation_function")
                .flatMap(entry -> Activation.named(((JsonText) entry.value()).text()))
                .orElse(Activation.TANH_GELU);
    }

    /** What HF computes: its default attention does not read what the file says of scores. */
    private AttentionScale attentionScale() {
        return isEager() ? scaleOfFile() : AttentionScale.STANDARD;
    }

    /** Whether the file asks for the attention that reads {@link #scaleOfFile}. */
    boolean isEager() {
        return given(ATTENTION).filter(entry -> isText(entry, "eager")).isPresent();
    }

    AttentionScale scaleOfFile() {
        return new AttentionScale(
                isTrue("scale_attn_weights", true),
                isTrue("scale_attn_by_inverse_layer_idx", false));
    }

    private static boolean isText(Entry entry, String text) {
        return entry.value() instanceof JsonText given && given.text().equals(text);
    }

    /** As Python's {@code if} takes the value. */
    boolean isTrue(String key, boolean otherwise) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return otherwise;
        }
        JsonValue value = entry.value();
        if (value instanceof JsonBoolean flag) {
            return flag.value();
        }
        if (value instanceof JsonNumber number) {
            return number.decimal() != 0;
        }
        return !(value instanceof JsonNull
                || isText(entry, "")
                || (value instanceof JsonArray list && list.values().isEmpty())
                || (value instanceof JsonObject object && object.members().isEmpty()));
    }

    /**
     * The classes that config.json names: the size of id2label, else num_labels (HF's order), if it
     * names any.
     */
    OptionalInt labels() {
        if (!names().members().isEmpty()) {
            return OptionalInt.of(names().members().size());
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
        for (String key : names().members().keySet()) {
            if (key.matches("[0-9]{1,6}")) {
                Json.text(names(), key).ifPresent(name -> names.put(Integer.parseInt(key), name));
            }
        }
        return names;
    }

    private JsonObject names() {
        return Json.object(json, "id2label").orElse(JsonObject.of(Map.of()));
    }

    private int whole(String key) {
        JsonValue value = value(key);
        return ConfigKeys.TABLE.key(key).type().admits(value)
                ? (int) Json.integer(value).orElseThrow()
                : 1; // a problem is noted
    }

    private double number(String key) {
        return ((JsonNumber) value(key)).decimal();
    }

    private JsonValue value(String key) {
        return given(key)
                .map(Entry::value)
                .orElseGet(() -> ConfigKeys.TABLE.key(key).defaultValue());
    }

    private void problem(String key, String what) {
        Entry entry = entries.getOrDefault(key, new Entry(key, Json.NULL));
        noted(entry, entry.name() + " " + what);
    }

    private void noted(Entry entry, String what) {
        problems.add(where(entry), what);
    }

    /** The file, and the line of a value where it has one. */
    String where(Entry entry) {
        int line = entry.value().line();
        return line > 0 ? shownName + ":" + line : shownName;
    }
}
