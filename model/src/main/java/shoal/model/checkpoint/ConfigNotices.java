package shoal.model.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.model.AttentionScale;
import shoal.model.GptConfig;
import shoal.model.json.Json;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Key;
import shoal.recipe.key.NearestName;
import shoal.recipe.key.Values;

/** What the user should know of how a config.json was read, in sentences. */
final class ConfigNotices {
    /** Unlisted names that are shown. */
    private static final int NAMES_SHOWN = 8;

    private final ConfigFile file;
    private final GptConfig config;
    private final List<String> notices = new ArrayList<>();

    private ConfigNotices(ConfigFile file, GptConfig config) {
        this.file = file;
        this.config = config;
    }

    /**
     * Notices of a file.
     *
     * @param config as it was read
     */
    static List<String> of(ConfigFile file, GptConfig config) {
        ConfigNotices notices = new ConfigNotices(file, config);
        notices.modelType();
        notices.padToken();
        notices.classes();
        notices.attention();
        notices.keysWithoutEffect();
        notices.twoNames();
        notices.unlisted();
        return List.copyOf(notices.notices);
    }

    private void modelType() {
        if (file.given("model_type").isEmpty()) {
            add("has no model_type: it is read as GPT-2's, and the result says so.");
        }
    }

    private void padToken() {
        Optional<ConfigFile.Entry> given = file.given("pad_token_id");
        if (given.isPresent() && !config.hasPadToken()) {
            at(
                    given.get(),
                    String.format(
                            "pad_token_id is %s, which is no token of the vocabulary: the score of"
                                    + " a text is its last token's. HF does the same with one text at a"
                                    + " time; in a batch it reads the padding behind shorter texts.",
                            Values.plain(given.get().value())));
        } else if (given.isEmpty() && config.hasPadToken()) {
            add(
                    String.format(
                            "has no pad_token_id: %d, the tokenizer's padding token, is used.",
                            config.padTokenId()));
        } else if (given.isEmpty()) {
            add(
                    "has no pad_token_id, and the tokenizer has no padding token to take it from:"
                            + " the score of a text is its last token's. HF's classifier takes one"
                            + " text at a time of such a model.");
        }
    }

    private void classes() {
        if (file.labels().isPresent() && file.labels().getAsInt() != config.labels()) {
            add(
                    String.format(
                            "names %d class%s, but there are %d: that number counts, and the"
                                    + " classes are called LABEL_0 to LABEL_%d.",
                            file.labels().getAsInt(),
                            file.labels().getAsInt() == 1 ? "" : "es",
                            config.labels(),
                            config.labels() - 1));
        }
    }

    private void attention() {
        AttentionScale scale = file.scaleOfFile();
        if (file.isEager() || scale.equals(AttentionScale.STANDARD)) {
            return;
        }
        unread("scale_attn_weights", scale.byWidth() != AttentionScale.STANDARD.byWidth());
        unread(
                "scale_attn_by_inverse_layer_idx",
                scale.byLayer() != AttentionScale.STANDARD.byLayer());
    }

    private void unread(String key, boolean differs) {
        file.given(key)
                .filter(entry -> differs)
                .ifPresent(
                        entry ->
                                at(
                                        entry,
                                        String.format(
                                                "%s is %s, which HF 4.57.6 does not read with its"
                                                        + " default attention, and neither does Shoal:"
                                                        + " scores are scaled as in GPT-2. Add"
                                                        + " \"_attn_implementation\": \"eager\" to"
                                                        + " config.json to compute with it, here and at"
                                                        + " HF, whose later versions always read it.",
                                                key, Values.plain(entry.value()))));
    }

    private void keysWithoutEffect() {
        for (Key key : IdleConfigKeys.OTHERS.keys()) {
            file.given(key.name())
                    .ifPresent(
                            entry ->
                                    at(
                                            entry,
                                            entry.name() + " has no effect: " + key.here() + "."));
        }
        file.given("n_ctx")
                .filter(entry -> Json.integer(entry.value()).orElse(0) != config.positions())
                .ifPresent(
                        entry ->
                                at(
                                        entry,
                                        "n_ctx has no effect: n_positions, "
                                                + config.positions()
                                                + ", says how long a text may be."));
        file.given("add_cross_attention")
                .filter(entry -> file.isTrue("add_cross_attention", false))
                .ifPresent(
                        entry ->
                                at(
                                        entry,
                                        "add_cross_attention has no effect: a classifier has no"
                                                + " encoder to look at. The result is without"
                                                + " those weights."));
    }

    /** Two names of one setting that disagree. */
    private void twoNames() {
        for (Key key : ConfigKeys.TABLE.keys()) {
            Optional<JsonValue> own = file.json().member(key.name());
            Optional<ConfigFile.Entry> counts = file.given(key.name());
            if (ConfigKeys.isShape(key)
                    && own.isPresent()
                    && counts.isPresent()
                    && !Values.same(own.get(), counts.get().value())) {
                at(
                        counts.get(),
                        String.format(
                                "%s is %s and %s is %s: the former counts, as at HF.",
                                counts.get().name(),
                                Values.plain(counts.get().value()),
                                key.name(),
                                Values.plain(own.get())));
            }
        }
    }

    private void unlisted() {
        List<String> names = new ArrayList<>();
        int near = 0;
        for (Map.Entry<String, JsonValue> member : file.json().members().entrySet()) {
            String name = member.getKey();
            if (ConfigKeys.TABLE.find(name).isPresent() || member.getValue() instanceof JsonNull) {
                continue;
            }
            Optional<String> nearest = NearestName.of(name, ConfigKeys.computedNames());
            if (nearest.isPresent() && near++ < NAMES_SHOWN) {
                at(
                        new ConfigFile.Entry(name, member.getValue()),
                        name + " is not known; did you mean " + nearest.get() + "?");
            } else {
                names.add(name);
            }
        }
        if (!names.isEmpty()) {
            List<String> shown = names.subList(0, Math.min(names.size(), NAMES_SHOWN));
            int more = names.size() - shown.size();
            add(
                    "has keys that GPT-2 does not read: "
                            + String.join(", ", shown)
                            + (more > 0 ? " and " + more + " more" : "")
                            + ".");
        }
    }

    private void at(ConfigFile.Entry entry, String what) {
        notices.add(file.where(entry) + ": " + what);
    }

    private void add(String what) {
        notices.add(file.shownName() + " " + what);
    }
}
