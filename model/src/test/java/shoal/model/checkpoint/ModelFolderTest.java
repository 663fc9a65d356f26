package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.Refused;
import shoal.model.Shared;

class ModelFolderTest {
    @TempDir Path folder;

    @Test
    void the_reference_model_opens_and_gives_every_element() {
        Path path = Shared.golden("gpt2-tiny");

        ModelFolder model = ModelFolder.open(path, "gpt2-tiny", 2);
        List<Parameter> seen = new ArrayList<>();
        long[] elements = new long[1];
        model.loadInto(
                (parameter, offset, values) -> {
                    assertThat(offset % 16).isZero();
                    elements[0] += values.remaining() / 4;
                    seen.add(parameter);
                },
                42);

        assertThat(model.config())
                .isEqualTo(new GptConfig(21_128, 1_024, 64, 2, 2, 256, 2, 0, 1e-5, 0.02, 0, 0, 0));
        assertThat(model.notices()).isEmpty();
        assertThat(elements[0]).isEqualTo(model.table().parameterElements());
        assertThat(seen.stream().distinct()).containsExactlyElementsOf(model.table().parameters());
        assertThat(model.files().stream().map(ModelFile::name))
                .containsExactly(
                        "config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt");
    }

    @Test
    void a_classifier_opens_for_the_classes_of_its_head() {
        ModelFolder model = ModelFolder.open(Folders.classifier(folder), "m");

        assertThat(model.config())
                .isEqualTo(new GptConfig(60, 16, 8, 2, 2, 32, 3, 0, 1e-5, 0.02, 0.1, 0.1, 0.1));
        assertThat(model.notices()).isEmpty();
        assertThat(ModelFolder.open(folder, "m", 3).config()).isEqualTo(model.config());
    }

    @Test
    void other_labels_than_the_heads_are_refused() {
        Folders.classifier(folder);

        assertThat(Refused.by(() -> ModelFolder.open(folder, "m", 2)))
                .containsExactly(
                        "m: score.weight has 3 classes, but 2 are asked for. Train on labels 0 to"
                                + " 2, or start from a model without a score head.");
    }

    @Test
    void a_language_model_gets_a_new_head_and_the_tokenizers_padding_token() {
        Folders.language(folder, "f32.safetensors", "model.safetensors");

        ModelFolder model = ModelFolder.open(folder, "m", 4);

        assertThat(model.config().labels()).isEqualTo(4);
        assertThat(model.config().padTokenId()).isZero();
        assertThat(model.notices())
                .containsExactly(
                        "m/model.safetensors has no score.weight: a new head for 4 classes is drawn"
                                + " from N(0, 0.02) with the run's seed.",
                        "m/config.json has no pad_token_id: 0, the tokenizer's padding token, is"
                                + " used.");
        assertThat(ModelFolder.open(folder, "m").config().labels()).isEqualTo(2);
    }

    @Test
    void a_new_head_depends_on_the_seed_only() {
        Folders.language(folder, "f32.safetensors", "model.safetensors");
        ModelFolder model = ModelFolder.open(folder, "m", 1_000);

        float[] head = head(model, 42);

        assertThat(head(model, 42)).isEqualTo(head);
        assertThat(head(model, 43)).isNotEqualTo(head);
        double sum = 0;
        double squares = 0;
        for (float value : head) {
            sum += value;
            squares += value * value;
        }
        // 8,000 draws: the mean is within 5 deviations of 0, the deviation within 5 %.
        assertThat(sum / head.length).isCloseTo(0, within(5 * 0.02 / Math.sqrt(head.length)));
        assertThat(Math.sqrt(squares / head.length)).isCloseTo(0.02, within(0.001));
    }

    private static float[] head(ModelFolder model, long seed) {
        float[] head = Folders.load(model, seed).get("score.weight");
        return head == null ? new float[0] : head;
    }

    @Test
    void names_with_and_without_the_prefix_load_the_same_way() {
        Folders.language(folder, "f32.safetensors", "model.safetensors");

        Map<String, float[]> weights = Folders.load(ModelFolder.open(folder, "m", 3), 1);

        assertThat(weights).hasSize(2 + 2 * 12 + 3);
        assertThat(weights.get("transformer.h.1.ln_2.weight")).containsOnly(1f);
    }

    @Test
    void a_missing_folder_or_file_is_named() throws IOException {
        assertThat(Refused.by(() -> ModelFolder.open(folder.resolve("none"), "none")))
                .singleElement()
                .asString()
                .startsWith("none: There is no such folder (looked for /");
        assertThat(Refused.by(() -> ModelFolder.open(folder, "m")))
                .containsExactly(
                        "m/config.json: There is no such file. A model folder holds config.json,"
                                + " model.safetensors and the tokenizer's files.");
        Folders.classifier(folder);
        Files.delete(folder.resolve("model.safetensors"));
        assertThat(Refused.by(() -> ModelFolder.open(folder, "m")))
                .containsExactly(
                        "m: The folder has no weights: expected one of [model.safetensors,"
                                + " model.safetensors.index.json, pytorch_model.bin,"
                                + " pytorch_model.bin.index.json].");
    }

    @Test
    void a_model_of_another_kind_is_refused() {
        Folders.classifier(folder);
        Folders.edit(folder, "\"model_type\": \"gpt2\"", "\"model_type\": \"bert\"");

        assertThat(Refused.by(() -> ModelFolder.open(folder, "m")))
                .containsExactly(
                        "m/config.json:23: model_type is \"bert\", expected \"gpt2\": only GPT-2"
                                + " models are trained.");
    }

    @Test
    void weights_of_another_shape_are_named() {
        Folders.classifier(folder);
        Folders.edit(folder, "\"vocab_size\": 60", "\"vocab_size\": 61");
        Folders.edit(folder, "\"n_layer\": 2", "\"n_layer\": 3");

        assertThat(Refused.by(() -> ModelFolder.open(folder, "m")))
                .hasSize(6)
                .endsWith("and 8 more")
                .contains(
                        "m/model.safetensors: transformer.wte.weight has the shape [60, 8], but"
                                + " config.json gives it [61, 8].",
                        "m/model.safetensors: has no tensor transformer.h.2.mlp.c_fc.weight, which"
                                + " config.json calls for.");
    }

    @Test
    void labels_named_by_the_configuration_count_where_there_is_no_head() {
        Folders.language(folder, "f32.safetensors", "model.safetensors");
        Folders.edit(folder, "\"n_layer\"", "\"num_labels\": 5, \"n_layer\"");

        assertThat(ModelFolder.open(folder, "m").config().labels()).isEqualTo(5);
    }
}
