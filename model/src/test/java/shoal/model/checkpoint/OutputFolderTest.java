package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Golden;
import shoal.model.Refused;
import shoal.model.Unit;
import shoal.model.safetensors.SafetensorsLayout;

class OutputFolderTest {
    @TempDir Path folder;

    @Test
    void weights_written_by_unit_ranges_have_the_bytes_that_hf_wrote() throws Exception {
        Path start = Folders.classifier(Files.createDirectory(folder.resolve("start")));
        ModelFolder model = ModelFolder.open(start, "start");
        Path target = folder.resolve("runs/one/output");

        try (OutputFolder output = OutputFolder.stage(target, "output")) {
            try (StagedWeights weights = output.weights(SafetensorsLayout.of(model.table()))) {
                writeAll(model, weights);
                assertThat(weights.writtenElements()).isEqualTo(model.table().parameterElements());
            }
            output.writeModelFiles(model);
            assertThat(target).doesNotExist();

            List<SealedFile> sealed = output.publish();

            assertThat(sealed.stream().map(SealedFile::name))
                    .containsExactly(
                            "config.json",
                            "model.safetensors",
                            "tokenizer.json",
                            "tokenizer_config.json",
                            "vocab.txt");
            for (SealedFile file : sealed) {
                byte[] bytes = Files.readAllBytes(target.resolve(file.name()));
                assertThat(file.sizeBytes()).isEqualTo(bytes.length);
                assertThat(file.sha256())
                        .isEqualTo(
                                HexFormat.of()
                                        .formatHex(
                                                MessageDigest.getInstance("SHA-256")
                                                        .digest(bytes)));
            }
        }

        assertThat(target.resolve("model.safetensors"))
                .hasSameBinaryContentAs(Golden.path("classifier/model.safetensors"));
        assertThat(names(folder.resolve("runs/one"))).containsExactly("output");
        assertThat(ModelFolder.open(target, "output").config()).isEqualTo(model.config());
    }

    /** Every unit in ranges of 304 elements, padding included, the last unit first. */
    private static void writeAll(ModelFolder model, StagedWeights weights) {
        Map<String, float[]> values = Folders.load(model, 1);
        List<Unit> units = model.table().units();
        for (int i = units.size() - 1; i >= 0; i--) {
            Unit unit = units.get(i);
            ByteBuffer buffer =
                    ByteBuffer.allocate((int) unit.sizeElements() * 4)
                            .order(ByteOrder.LITTLE_ENDIAN);
            unit.parameters()
                    .forEach(
                            parameter -> {
                                float[] whole = values.get(parameter.name());
                                assertThat(whole).isNotNull();
                                buffer.position((int) parameter.offsetElements() * 4);
                                buffer.asFloatBuffer().put(whole);
                            });
            for (int at = 0; at < unit.sizeElements(); at += 304) {
                buffer.limit(Math.min(buffer.capacity(), (at + 304) * 4)).position(at * 4);
                weights.write(i, at, buffer);
                assertThat(buffer.hasRemaining()).isFalse();
            }
        }
    }

    @Test
    void files_of_a_folder_that_exists_are_replaced_and_others_stay() throws IOException {
        Path target = Files.createDirectory(folder.resolve("out"));
        String old = new ModelCard("old", List.of(), List.of()).markdown();
        Files.writeString(target.resolve("README.md"), old);
        Files.writeString(target.resolve("notes.txt"), "mine");

        try (OutputFolder output = OutputFolder.stage(target, "out")) {
            output.write("README.md", "new");
            output.write("trainer_state.json", "{}");
            assertThat(target.resolve("README.md")).hasContent(old);
            output.publish();
        }

        assertThat(target.resolve("README.md")).hasContent("new");
        assertThat(target.resolve("notes.txt")).hasContent("mine");
        assertThat(target.resolve("trainer_state.json")).hasContent("{}");
        assertThat(names(folder)).containsExactly("out");
    }

    @Test
    void files_that_would_shadow_the_new_ones_are_removed() throws IOException {
        Path target = Files.createDirectory(folder.resolve("out"));
        for (String name : List.of("tokenizer.json", "vocab.txt", "merges.txt", "mine.json")) {
            Files.writeString(target.resolve(name), "old");
        }

        try (OutputFolder output = OutputFolder.stage(target, "out")) {
            output.write("vocab.txt", "new");
            output.publish();
        }

        assertThat(names(target)).containsExactly("mine.json", "vocab.txt");
    }

    @Test
    void a_readme_of_somebody_else_stays() throws IOException {
        Path target = Files.createDirectory(folder.resolve("project"));
        Files.writeString(target.resolve("README.md"), "# My project");

        try (OutputFolder output = OutputFolder.stage(target, "project")) {
            output.write("README.md", "new");
            output.write("trainer_state.json", "{}");
            output.publish();
        }

        assertThat(target.resolve("README.md")).hasContent("# My project");
        assertThat(names(target)).containsExactly("README.md", "trainer_state.json");
        assertThat(names(folder)).containsExactly("project");
    }

    @Test
    void closing_without_publishing_leaves_nothing() throws IOException {
        Path target = folder.resolve("out");

        try (OutputFolder output = OutputFolder.stage(target, "out")) {
            output.write("README.md", "new");
        }

        assertThat(names(folder)).isEmpty();
    }

    @Test
    void staging_folders_of_dead_processes_are_removed() throws IOException {
        String dead = "4000000000000-1";
        OwnerProcess self = OwnerProcess.self();
        Path leftover = Files.createDirectory(folder.resolve(".out.staging-" + dead + "-77"));
        Files.writeString(leftover.resolve("model.safetensors"), "half");
        OwnerProcess before = new OwnerProcess(self.id(), self.startTicks() - 1);
        Path reused =
                Files.createDirectory(folder.resolve(".out.staging-" + before.text() + "-76"));
        Path living = Files.createDirectory(folder.resolve(".out.staging-" + self.text() + "-78"));
        Path foreign = Files.createDirectory(folder.resolve(".other.staging-" + dead + "-79"));

        OutputFolder.stage(folder.resolve("out"), "out").close();

        assertThat(leftover).doesNotExist();
        assertThat(reused).doesNotExist();
        assertThat(living).exists();
        assertThat(foreign).exists();
    }

    @Test
    void a_target_that_is_a_file_is_refused() throws IOException {
        Path target = Files.writeString(folder.resolve("out"), "x");

        assertThat(Refused.by(() -> OutputFolder.stage(target, "out")))
                .containsExactly(
                        "out: is a file, but results are a folder. Choose another output_dir.");
    }

    @Test
    void a_target_below_a_file_is_refused() throws IOException {
        Files.writeString(folder.resolve("file"), "x");

        assertThat(Refused.by(() -> OutputFolder.stage(folder.resolve("file/out"), "file/out")))
                .singleElement()
                .asString()
                .startsWith("file/out: cannot be written: ")
                .endsWith(". Choose another output_dir, or make this one writable.");
    }

    @Test
    void a_name_that_leaves_the_folder_is_our_bug() {
        try (OutputFolder output = OutputFolder.stage(folder.resolve("out"), "out")) {
            for (String name : List.of("../x", "a/b", "", "..")) {
                assertThatThrownBy(() -> output.write(name, "x"))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void a_model_card_keeps_values_in_their_cells() {
        ModelCard card =
                new ModelCard(
                        "reviews",
                        List.of(new ModelCard.Entry("eval_accuracy", "0.91")),
                        List.of(new ModelCard.Entry("seed", "4|2\n")));

        assertThat(card.markdown())
                .startsWith("---\nlibrary_name: transformers\n")
                .contains("# reviews\n", "trained with Shoal.\n")
                .contains("| eval_accuracy | 0.91 |\n", "| seed | 4 2  |\n");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
