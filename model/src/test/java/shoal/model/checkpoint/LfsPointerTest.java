package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.model.LfsPointer;
import shoal.model.Refused;
import shoal.model.dataset.DataSet;
import shoal.model.json.Json;
import shoal.model.pickle.TorchFile;
import shoal.model.safetensors.SafetensorsFile;

/** Files that a clone without Git LFS holds texts in place of. */
class LfsPointerTest {
    private static final String POINTER =
            """
            version https://git-lfs.github.com/spec/v1
            oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
            size 497774208
            """;

    private static final String SAID =
            "is a Git LFS pointer, in place of a file of 497774208 bytes that was not fetched. Run"
                    + " `git lfs pull` in its repository.";

    @TempDir Path folder;

    @Test
    void all_of_a_model_folder_are_named_at_once() {
        Folders.classifier(folder);
        List<String> names =
                List.of("config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt");
        names.forEach(name -> Folders.write(folder.resolve(name), POINTER));

        assertThat(Refused.by(() -> ModelFolder.open(folder, "m")))
                .containsExactlyInAnyOrderElementsOf(
                        names.stream().map(name -> "m/" + name + ": " + SAID).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config.json",
                "pytorch_model.bin",
                "model.safetensors.index.json",
                "tokenizer.json",
                "added_tokens.json",
                "merges.txt"
            })
    void each_file_of_a_model_folder_is_named(String name) throws IOException {
        Folders.classifier(folder);
        if (name.startsWith("pytorch") || name.endsWith(".index.json")) {
            Files.delete(folder.resolve("model.safetensors"));
        }
        Folders.write(folder.resolve(name), POINTER);

        assertThat(Refused.by(() -> ModelFolder.open(folder, "m")))
                .containsExactly("m/" + name + ": " + SAID);
    }

    @Test
    void files_that_an_index_names_are_named() throws IOException {
        Folders.classifier(folder);
        Files.move(folder.resolve("model.safetensors"), folder.resolve("part-1.safetensors"));
        Folders.write(folder.resolve("part-2.safetensors"), POINTER);
        Folders.write(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"a\": \"part-1.safetensors\", \"b\": \"part-2.safetensors\"}}");

        assertThat(Refused.by(() -> ModelFolder.open(folder, "m")))
                .containsExactly("m/part-2.safetensors: " + SAID);
    }

    @Test
    void every_reader_of_files_says_so() {
        Path file = folder.resolve("file");
        Folders.write(file, POINTER.replace("\nsize", "\r\nsize"));

        assertThat(Refused.by(() -> TorchFile.open(file, "b.bin")))
                .containsExactly("b.bin: " + SAID);
        assertThat(Refused.by(() -> SafetensorsFile.open(file, "optimizer.safetensors")))
                .containsExactly("optimizer.safetensors: " + SAID);
        assertThat(Refused.by(() -> Json.readObject(file, "trainer_state.json")))
                .containsExactly("trainer_state.json: " + SAID);
        assertThat(Refused.by(() -> DataSet.read(file, "train.tsv")))
                .containsExactly("train.tsv: " + SAID);
    }

    @Test
    void other_texts_are_no_pointers() {
        Path file = folder.resolve("file");
        for (String text : List.of("", "1\tversion https://git-lfs", POINTER.substring(0, 60))) {
            Folders.write(file, text);

            assertThat(LfsPointer.in(file)).isEmpty();
        }
        assertThat(LfsPointer.in(folder)).isEmpty();
        assertThat(LfsPointer.in(folder.resolve("missing"))).isEmpty();
    }
}
