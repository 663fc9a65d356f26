package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Refused;
import shoal.model.Shared;
import shoal.recipe.Limits;

class WeightFilesTest {
    @TempDir Path folder;

    @Test
    void every_format_of_a_language_model_loads_the_same_values() {
        Map<String, float[]> expected = load("safe", "f32.safetensors", "model.safetensors");

        assertSame(load("zip", "pytorch_model.bin", "pytorch_model.bin"), expected);
        assertSame(load("legacy", "legacy.bin", "pytorch_model.bin"), expected);
    }

    private Map<String, float[]> load(String name, String weights, String as) {
        Path made = newFolder(name);
        return Folders.load(ModelFolder.open(Folders.language(made, weights, as), name, 2), 9);
    }

    private static void assertSame(Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> assertThat(actual.get(name)).isEqualTo(values));
    }

    @Test
    void buffers_and_the_language_head_are_passed_over_with_a_notice() {
        Path made = Folders.language(folder, "pytorch_model.bin", "pytorch_model.bin");

        assertThat(ModelFolder.open(made, "m", 2).notices())
                .containsExactly(
                        "m/pytorch_model.bin has no score.weight: a new head for 2 classes is drawn"
                                + " from N(0, 0.02) with the run's seed.",
                        "m/pytorch_model.bin: not used by a classifier: lm_head.weight.",
                        "m/pytorch_model.bin: passed over 4 attention masks (attn.bias,"
                                + " attn.masked_bias), which are computed.",
                        "m/config.json has no pad_token_id: 0, the tokenizer's padding token, is"
                                + " used.");
    }

    @Test
    void the_reference_language_models_load_the_reference_transformer() {
        Map<String, float[]> expected =
                Folders.load(ModelFolder.open(Shared.golden("gpt2-tiny"), "tiny"), 1);
        expected.remove("score.weight");
        for (String name : List.of("gpt2-tiny-lm-bin", "gpt2-tiny-lm-legacy-bin")) {
            Map<String, float[]> actual =
                    Folders.load(ModelFolder.open(Shared.golden(name), name, 2), 1);

            assertThat(actual.remove("score.weight")).hasSize(128);
            assertSame(actual, expected);
        }
    }

    @Test
    void sharded_weights_load_as_one() {
        Path whole = Folders.classifier(newFolder("whole"));
        Map<String, float[]> expected = Folders.load(ModelFolder.open(whole, "whole"), 1);

        ModelFolder safe = ModelFolder.open(sharded("sharded", ".safetensors"), "safe");
        ModelFolder torch = ModelFolder.open(sharded("sharded-bin", ".bin"), "torch");

        assertSame(Folders.load(safe, 1), expected);
        assertSame(Folders.load(torch, 1), expected);
        assertThat(safe.files().stream().map(ModelFile::name))
                .containsExactlyInAnyOrder(
                        "config.json",
                        "model.safetensors.index.json",
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "vocab.txt");
        assertThat(safe.notices()).isEmpty();
    }

    @Test
    void an_index_that_points_outside_of_its_folder_is_refused() throws IOException {
        Path made = sharded("sharded", ".safetensors");
        Path index = made.resolve("model.safetensors.index.json");
        String text = Files.readString(index);
        for (String bad : List.of("../x.safetensors", "/etc/passwd", "a/b", "")) {
            Files.writeString(index, text.replace("model-00003-of-00003.safetensors", bad));

            assertThat(Refused.by(() -> ModelFolder.open(made, "m")))
                    .singleElement()
                    .asString()
                    .startsWith("m/model.safetensors.index.json:")
                    .endsWith("expected the name of a file in the same folder.");
        }
    }

    @Test
    void an_index_without_its_files_or_map_is_refused() throws IOException {
        Path made = sharded("sharded", ".safetensors");
        Files.delete(made.resolve("model-00002-of-00003.safetensors"));
        assertThat(Refused.by(() -> ModelFolder.open(made, "m")))
                .containsExactly(
                        "m/model.safetensors.index.json: names the file"
                                + " model-00002-of-00003.safetensors, which is not in the folder."
                                + " Copy it too.");

        Files.writeString(made.resolve("model.safetensors.index.json"), "{\"weight_map\": {}}");
        assertThat(Refused.by(() -> ModelFolder.open(made, "m")))
                .containsExactly(
                        "m/model.safetensors.index.json: names 0 files, expected 1 to 1000.");

        Files.writeString(made.resolve("model.safetensors.index.json"), "{}");
        assertThat(Refused.by(() -> ModelFolder.open(made, "m")))
                .containsExactly(
                        "m/model.safetensors.index.json: has no weight_map, expected an object of"
                                + " tensor names and files.");
    }

    @Test
    void a_tensor_that_two_shards_hold_is_refused() throws IOException {
        Path made = sharded("sharded", ".safetensors");
        Files.copy(
                made.resolve("model-00001-of-00003.safetensors"),
                made.resolve("model-00002-of-00003.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);

        assertThat(Refused.by(() -> ModelFolder.open(made, "m")))
                .singleElement()
                .asString()
                .startsWith("m/model-00002-of-00003.safetensors: holds ")
                .endsWith(", as does m/model-00001-of-00003.safetensors");
    }

    @Test
    void a_configuration_beyond_the_bound_is_not_read() throws IOException {
        Path made = Folders.classifier(folder);
        try (var file = FileChannel.open(made.resolve("config.json"), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(1), Limits.JSON_BYTES);
        }

        assertThat(Refused.by(() -> ModelFolder.open(made, "m")))
                .containsExactly("m/config.json: has 67108865 bytes; at most 67108864 are read.");
    }

    private Path sharded(String golden, String ending) {
        Path made = newFolder(golden);
        String stem = ending.equals(".bin") ? "pytorch_model" : "model";
        Folders.copy(golden + "/config.json", made.resolve("config.json"));
        String index = stem + ending + ".index.json";
        Folders.copy(golden + "/" + index, made.resolve(index));
        for (int shard = 1; shard <= 3; shard++) {
            String name = stem + "-0000" + shard + "-of-00003" + ending;
            Folders.copy(golden + "/" + name, made.resolve(name));
        }
        Folders.copy("wordpiece/vocab.txt", made.resolve("vocab.txt"));
        return made;
    }

    private Path newFolder(String name) {
        try {
            return Files.createDirectory(folder.resolve(name));
        } catch (IOException refused) {
            throw new IllegalStateException(refused);
        }
    }
}
