package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.model.Activation;
import shoal.model.AttentionScale;
import shoal.model.GptConfig;
import shoal.model.Refused;
import shoal.model.Shared;
import shoal.model.json.Json;
import shoal.recipe.key.Key;

/** What every key of config.json does; that results equal HF's is {@code ConfigGoldenTest}. */
class ConfigFileTest {
    private static final String DEFAULTS = "\"n_head\": 2";

    @TempDir Path folder;

    @BeforeEach
    void givenAClassifier() {
        Folders.classifier(folder);
    }

    private ModelFolder open() {
        return ModelFolder.open(folder, "m");
    }

    private GptConfig config() {
        return open().config();
    }

    /** Puts members into config.json, without a line of their own. */
    private void with(String members) {
        Folders.edit(folder, DEFAULTS, members + ", " + DEFAULTS);
    }

    @Test
    void the_names_of_hfs_attribute_map_are_read() {
        Folders.edit(folder, "\"n_embd\": 8", "\"hidden_size\": 8");
        Folders.edit(folder, "\"n_layer\": 2", "\"num_hidden_layers\": 2");
        Folders.edit(folder, "\"n_positions\": 16", "\"max_position_embeddings\": 16");
        Folders.edit(folder, DEFAULTS, "\"num_attention_heads\": 4");

        assertThat(config())
                .isEqualTo(new GptConfig(60, 16, 8, 2, 4, 32, 3, 0, 1e-5, 0.02, 0.1, 0.1, 0.1));
        assertThat(open().notices()).isEmpty();
        assertThat(open().classifierConfigJson())
                .contains("\"n_embd\": 8", "\"n_layer\": 2", "\"n_positions\": 16", "\"n_head\": 4")
                .doesNotContain("hidden_size", "num_", "max_position");
    }

    @Test
    void of_two_names_of_one_setting_the_one_of_the_attribute_map_counts() {
        with("\"num_attention_heads\": 4");

        assertThat(config().heads()).isEqualTo(4);
        assertThat(open().notices())
                .containsExactly(
                        "m/config.json:25: num_attention_heads is 4 and n_head is 2: the former"
                                + " counts, as at HF.");
        assertThat(open().classifierConfigJson()).contains("\"n_head\": 4");
    }

    @Test
    void a_model_of_another_kind_is_refused_and_one_of_no_kind_is_gpt2() {
        Folders.edit(folder, "\"model_type\": \"gpt2\"", "\"model_type\": null");

        assertThat(open().notices())
                .containsExactly(
                        "m/config.json has no model_type: it is read as GPT-2's, and the result"
                                + " says so.");
        assertThat(open().classifierConfigJson()).contains("\"model_type\": \"gpt2\"");
        Folders.edit(folder, "\"model_type\": null", "\"model_type\": \"bert\"");
        assertThat(Refused.by(this::open))
                .containsExactly(
                        "m/config.json:23: model_type is \"bert\", expected \"gpt2\": only GPT-2"
                                + " models are trained.");
    }

    @Test
    void everything_wrong_in_a_configuration_is_named_at_once() {
        Folders.edit(folder, "\"gelu_new\"", "\"prelu\"");
        Folders.edit(folder, "\"single_label_classification\"", "\"regression\"");
        Folders.edit(folder, "\"n_layer\": 2", "\"n_layer\": 2.5");
        Folders.edit(folder, "\"attn_pdrop\": 0.1", "\"attn_pdrop\": 1.5");
        Folders.edit(folder, "\"pad_token_id\": 0", "\"pad_token_id\": \"0\"");
        Folders.edit(folder, "\"vocab_size\": 60", "\"vocab_size\": null");
        Folders.edit(folder, "\"0\": \"LABEL_0\"", "\"zero\": \"LABEL_0\"");
        with("\"pruned_heads\": {\"0\": [1]}, \"use_return_dict\": true");

        assertThat(Refused.by(this::open))
                .containsExactlyInAnyOrder(
                        "m/config.json:2: activation_function is \"prelu\", expected one of 20"
                                + " words; did you mean relu?.",
                        "m/config.json:30: problem_type is \"regression\", a loss that is not"
                                + " computed here: expected \"single_label_classification\" or"
                                + " null.",
                        "m/config.json:27: n_layer is 2.5, expected an integer from 1 to 1000.",
                        "m/config.json:6: attn_pdrop is 1.5, expected a number from 0 to 1.",
                        "m/config.json:29: pad_token_id is \"0\", expected an integer, or null.",
                        "m/config.json:42: vocab_size is null, expected an integer from 1 to"
                                + " 16777216.",
                        "m/config.json:11: id2label has the key \"zero\", expected whole numbers.",
                        "m/config.json:25: pruned_heads is an object: all layers here have the same"
                                + " heads. Start from the model before it was pruned.",
                        "m/config.json:25: use_return_dict is true: HF refuses this key in GPT-2."
                                + " Remove it.");
    }

    @Test
    void heads_must_divide_the_width() {
        Folders.edit(folder, DEFAULTS, "\"num_attention_heads\": 3");

        assertThat(Refused.by(this::open))
                .containsExactly(
                        "m/config.json:25: num_attention_heads is 3, expected to divide n_embd"
                                + " (8).");
    }

    @Test
    void every_activation_of_hf_without_parameters_is_read() {
        for (String name : Activation.allNames()) {
            Folders.edit(folder, activation(), "\"activation_function\": \"" + name + "\"");

            assertThat(config().activation().names()).contains(name);
            assertThat(open().classifierConfigJson())
                    .contains("\"activation_function\": \"" + name + "\"");
        }
    }

    private String activation() {
        String name = config().activation().names().get(0);
        for (String each : Activation.allNames()) {
            if (open().classifierConfigJson()
                    .contains("\"activation_function\": \"" + each + "\"")) {
                name = each;
            }
        }
        return "\"activation_function\": \"" + name + "\"";
    }

    @ParameterizedTest
    @CsvSource({
        "true, null, true, false", "null, false, false, false", "0, 1, false, true",
        "1.5, '\"\"', true, false", "'\"false\"', '[]', true, false", "{}, '[0]', false, true"
    })
    void eager_attention_scales_scores_as_the_file_says(
            String byWidth, String byLayer, boolean width, boolean layer) {
        Folders.edit(folder, "\"scale_attn_weights\": true", "\"scale_attn_weights\": " + byWidth);
        Folders.edit(
                folder,
                "\"scale_attn_by_inverse_layer_idx\": false",
                "\"scale_attn_by_inverse_layer_idx\": " + byLayer);

        assertThat(config().attentionScale()).isEqualTo(AttentionScale.STANDARD);
        with("\"_attn_implementation\": \"eager\"");
        assertThat(config().attentionScale()).isEqualTo(new AttentionScale(width, layer));
        assertThat(open().notices()).isEmpty();
        assertThat(open().classifierConfigJson()).contains("\"_attn_implementation\": \"eager\"");
    }

    @Test
    void hfs_default_attention_does_not_read_what_the_file_says_of_scores() {
        Folders.edit(folder, "\"scale_attn_weights\": true", "\"scale_attn_weights\": false");
        with("\"_attn_implementation\": \"eager\", \"_attn_implementation_internal\": \"sdpa\"");

        assertThat(config().attentionScale()).isEqualTo(AttentionScale.STANDARD);
        assertThat(open().notices())
                .containsExactly(
                        "m/config.json:34: scale_attn_weights is false, which HF 4.57.6 does not"
                                + " read with its default attention, and neither does Shoal: scores"
                                + " are scaled as in GPT-2. Add \"_attn_implementation\": \"eager\""
                                + " to config.json to compute with it, here and at HF, whose later"
                                + " versions always read it.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "60", "61", "-5000000000"})
    void a_padding_token_outside_of_the_vocabulary_means_the_last_token(String id) {
        Folders.edit(folder, "\"pad_token_id\": 0", "\"pad_token_id\": " + id);

        assertThat(config().hasPadToken()).isFalse();
        assertThat(open().takesBatches()).isTrue();
        assertThat(open().notices())
                .containsExactly(
                        "m/config.json:29: pad_token_id is "
                                + id
                                + ", which is no token of the vocabulary: the score of a text is"
                                + " its last token's. HF does the same with one text at a time; in"
                                + " a batch it reads the padding behind shorter texts.");
        assertThat(open().classifierConfigJson()).contains("\"pad_token_id\": " + id);
    }

    @Test
    void a_model_without_any_padding_token_reads_the_last_token_and_takes_no_batches() {
        Folders.edit(folder, "\"pad_token_id\": 0", "\"pad_token_id\": null");
        Folders.write(folder.resolve("tokenizer_config.json"), "{\"pad_token\": \"<none>\"}");

        assertThat(config().padTokenId()).isEqualTo(GptConfig.NO_TOKEN);
        assertThat(open().takesBatches()).isFalse();
        assertThat(open().notices())
                .containsExactly(
                        "m/config.json has no pad_token_id, and the tokenizer has no padding token"
                                + " to take it from: the score of a text is its last token's. HF's"
                                + " classifier takes one text at a time of such a model.");
    }

    @Test
    void a_number_of_classes_that_does_not_fit_gives_way_with_a_notice() {
        Path language = folder.resolve("language");
        assertThat(language.toFile().mkdir()).isTrue();
        Folders.language(language, "f32.safetensors", "model.safetensors");
        Folders.edit(
                language,
                "\"n_layer\"",
                "\"id2label\": {\"0\": \"LABEL_0\"}, \"_num_labels\": 1, \"n_layer\"");

        assertThat(ModelFolder.open(language, "m").config().labels()).isEqualTo(2);
        ModelFolder three = ModelFolder.open(language, "m", 3);
        assertThat(three.config().labels()).isEqualTo(3);
        assertThat(three.notices())
                .contains(
                        "m/config.json names 1 class, but there are 3: that number counts, and the"
                                + " classes are called LABEL_0 to LABEL_2.");
        assertThat(Refused.by(() -> ModelFolder.open(language, "m", 1)))
                .containsExactly(
                        "m/config.json: num_labels is 1: HF would train a regression, which is not"
                                + " supported. Use 2 or more.");
    }

    @Test
    void keys_that_mean_nothing_to_gpt2_are_named() {
        with(
                "\"hidden_act\": \"relu\", \"n_ctx\": 8, \"atn_pdrop\": 0, \"mood\": 1, \"what\":"
                        + " 2, \"gone\": null, \"add_cross_attention\": true");

        assertThat(open().notices())
                .containsExactly(
                        "m/config.json:25: hidden_act has no effect: GPT-2 reads"
                                + " activation_function.",
                        "m/config.json:25: n_ctx has no effect: n_positions, 16, says how long a"
                                + " text may be.",
                        "m/config.json:25: add_cross_attention has no effect: a classifier has no"
                                + " encoder to look at. The result is without those weights.",
                        "m/config.json:25: atn_pdrop is not known; did you mean attn_pdrop?",
                        "m/config.json has keys that GPT-2 does not read: mood, what.");
        assertThat(open().classifierConfigJson())
                .contains("\"mood\": 1", "\"n_ctx\": 8", "\"add_cross_attention\": false");
    }

    @Test
    void idle_keys_change_nothing_whatever_they_say() {
        GptConfig before = config();
        List<Key> idle =
                List.of(IdleConfigKeys.IDLE, IdleConfigKeys.GENERATION, IdleConfigKeys.OTHERS)
                        .stream()
                        .flatMap(group -> group.keys().stream())
                        .toList();
        for (Key key : idle) {
            if (!open().classifierConfigJson().contains("\"" + key.name() + "\":")) {
                with("\"" + key.name() + "\": [7, \"x\"]");
            }
        }

        assertThat(config()).isEqualTo(before);
        assertThat(idle).hasSizeGreaterThan(100);
    }

    /** Twelve files that were tried at HF, beside the project. */
    @ParameterizedTest
    @CsvSource({
        "alias-all, 6, 2", "alias-heads, 6, 2", "inverse-layer, 6, 2", "named-labels, 6, 3",
        "no-type, 6, 2", "one-label-language-model, 6, 1", "pad-minus-one, 6, 2", "relu, 6, 2",
        "unscaled, 6, 2", "upcast, 6, 2"
    })
    void files_that_were_tried_are_read(String name, int heads, int labels) {
        ConfigFile file = tried(name);

        GptConfig config = file.config(2, OptionalInt.empty());

        assertThat(config.hidden()).isEqualTo(48);
        assertThat(config.layers()).isEqualTo(2);
        assertThat(config.heads()).isEqualTo(heads);
        assertThat(file.labels().orElse(2)).isEqualTo(labels);
    }

    @ParameterizedTest
    @ValueSource(strings = {"regression", "multi-label"})
    void losses_that_are_not_computed_are_refused_by_name(String name) {
        assertThat(Refused.by(() -> tried(name).config(3, OptionalInt.empty())))
                .singleElement()
                .asString()
                .contains("problem_type is \"" + name.replace("-", "_"))
                .contains("a loss that is not computed here");
    }

    private static ConfigFile tried(String name) {
        Path file = Shared.file("trials/configs/" + name + ".json");
        return new ConfigFile(Json.readPythonsObject(file, name), name);
    }
}
