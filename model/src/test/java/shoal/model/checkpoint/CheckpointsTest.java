package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Parameter;
import shoal.model.Refused;
import shoal.model.StateKind;
import shoal.recipe.Problem;

class CheckpointsTest {
    private static final String DEAD = "4000000000000-1";

    @TempDir Path folder;
    private ModelFolder model;
    private Path out;
    private Checkpoints checkpoints;

    @BeforeEach
    void open() throws IOException {
        model = CheckpointFixture.model(Files.createDirectory(folder.resolve("start")));
        out = folder.resolve("out");
        checkpoints = Checkpoints.in(out, "out");
    }

    @Test
    void a_sealed_checkpoint_gives_back_every_element_and_every_text() throws IOException {
        CheckpointManifest manifest = CheckpointFixture.write(checkpoints, 20, model);

        Checkpoint checkpoint = Checkpoint.open(out.resolve("checkpoint-20"), "out/checkpoint-20");
        checkpoint.verify();

        for (StateKind kind : StateKind.common()) {
            Map<String, float[]> loaded = CheckpointFixture.load(checkpoint, kind);
            assertThat(loaded).hasSize(model.table().parameters().size());
            for (Parameter parameter : model.table().parameters()) {
                float[] expected = new float[(int) parameter.sizeElements()];
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = CheckpointFixture.value(kind, parameter, i, 20);
                }
                assertThat(loaded.get(parameter.name())).as(parameter.name()).isEqualTo(expected);
            }
        }
        assertThat(checkpoint.position()).isEqualTo(new RunPosition(20, 2.0));
        assertThat(checkpoint.recipe()).contains(CheckpointFixture.RECIPE);
        assertThat(checkpoint.facts()).contains(CheckpointFixture.FACTS);
        assertThat(checkpoint.trainerState().json()).isEqualTo(CheckpointFixture.state(20).json());
        assertThat(checkpoint.model().config()).isEqualTo(model.config());
        assertThat(manifest.files().stream().map(SealedFile::name))
                .containsExactly(
                        "README.md",
                        "config.json",
                        "model.safetensors",
                        "optimizer.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "trainer_state.json",
                        "vocab.txt");
        assertThat(names(out)).containsExactly("checkpoint-20");
    }

    @Test
    void the_newest_good_one_is_chosen_and_bad_ones_are_named() throws IOException {
        for (int step : List.of(9, 10, 20, 30, 100)) {
            CheckpointFixture.write(checkpoints, step, model);
        }
        flipInTheMiddle(out.resolve("checkpoint-100/optimizer.safetensors"));
        Files.delete(out.resolve("checkpoint-30/shoal.json"));
        Files.delete(out.resolve("checkpoint-20/vocab.txt"));
        Files.createDirectory(out.resolve("checkpoint-x"));

        Checkpoints.Choice choice = checkpoints.newest();

        assertThat(checkpoints.steps()).containsExactly(9, 10, 20, 30, 100);
        assertThat(choice.newest().map(Checkpoint::shownName)).contains("out/checkpoint-10");
        assertThat(choice.passedOver().stream().map(Problem::toString))
                .containsExactly(
                        "out/checkpoint-100/optimizer.safetensors: is damaged: its bytes do not"
                                + " have the hash that it was sealed with. Use an earlier"
                                + " checkpoint.",
                        "out/checkpoint-30/shoal.json: There is no such file: this is no complete"
                                + " checkpoint of Shoal.",
                        "out/checkpoint-20/vocab.txt: There is no such file, but the checkpoint"
                                + " needs it.");
    }

    @Test
    void a_folder_without_checkpoints_has_none() {
        assertThat(checkpoints.newest())
                .isEqualTo(new Checkpoints.Choice(Optional.empty(), List.of()));
        assertThat(checkpoints.removeLeftovers()).isEmpty();
    }

    @Test
    void too_new_too_old_and_damaged_are_different_messages() throws IOException {
        CheckpointFixture.write(checkpoints, 20, model);
        Path manifest = out.resolve("checkpoint-20/shoal.json");
        String good = Files.readString(manifest);

        assertThat(refusedAs(manifest, good.replace("_version\": 1", "_version\": 2")))
                .containsExactly(
                        "c/shoal.json: is too new: checkpoint_version is 2, and this Shoal reads"
                                + " up to 1. Resume with the Shoal that wrote it, or a newer"
                                + " one.");
        assertThat(refusedAs(manifest, good.replace("_version\": 1", "_version\": 0")))
                .containsExactly(
                        "c/shoal.json: is too old: checkpoint_version is 0, and this Shoal reads"
                                + " from 1 on. Resume with the Shoal that wrote it.");
        assertThat(refusedAs(manifest, good.replace("\"seed\": 42", "\"seed\": 43")))
                .containsExactly(
                        "c/shoal.json: is damaged: its text does not have the hash that it was"
                                + " sealed with. Use an earlier checkpoint.");
        assertThat(refusedAs(manifest, "{}"))
                .containsExactly(
                        "c/shoal.json: has no checkpoint_version: it is no manifest of a"
                                + " checkpoint.");
    }

    private static List<String> refusedAs(Path manifest, String text) throws IOException {
        Files.writeString(manifest, text);
        return Refused.by(() -> Checkpoint.open(manifest.resolveSibling("."), "c"));
    }

    @Test
    void parts_of_two_checkpoints_are_told_apart() throws IOException {
        CheckpointFixture.write(checkpoints, 20, model);
        CheckpointFixture.write(checkpoints, 30, model);
        Path mixed = out.resolve("checkpoint-30/optimizer.safetensors");
        Files.delete(mixed);
        Files.copy(out.resolve("checkpoint-20/optimizer.safetensors"), mixed);

        assertThat(Refused.by(() -> Checkpoint.open(mixed.resolveSibling("."), "c")))
                .containsExactly(
                        "c/optimizer.safetensors: is of step 20.0, but shoal.json says step 30."
                                + " The folder holds parts of two checkpoints.");
    }

    @Test
    void a_checkpoint_of_the_same_step_is_replaced_whole() throws IOException {
        CheckpointFixture.write(checkpoints, 20, model);
        Files.writeString(out.resolve("checkpoint-20/extra.txt"), "of the first");

        CheckpointFixture.write(checkpoints, 20, model);

        assertThat(out.resolve("checkpoint-20/extra.txt")).doesNotExist();
        assertThat(names(out)).containsExactly("checkpoint-20");
        checkpoints.newest().newest().orElseThrow().verify();
    }

    @Test
    void a_folder_that_is_none_of_ours_is_neither_replaced_nor_removed() throws IOException {
        Files.createDirectories(out.resolve("checkpoint-20/global_step20"));

        assertThat(Refused.by(() -> checkpoints.stage(20, StateKind.common(), model)))
                .containsExactly(
                        "out/checkpoint-20: is there and was not written by Shoal. Move it away,"
                                + " or choose another output_dir.");
        assertThat(Refused.by(() -> checkpoints.remove(20)))
                .containsExactly(
                        "out/checkpoint-20: was not written by Shoal, so it is not removed."
                                + " Remove it.");
        assertThat(names(out)).containsExactly("checkpoint-20");
    }

    @Test
    void a_removed_checkpoint_is_gone_and_others_stay() throws IOException {
        CheckpointFixture.write(checkpoints, 20, model);
        CheckpointFixture.write(checkpoints, 30, model);

        checkpoints.remove(20);
        checkpoints.remove(25);

        assertThat(names(out)).containsExactly("checkpoint-30");
    }

    @Test
    void leftovers_of_dead_processes_are_cleared_and_others_stay() throws IOException {
        CheckpointFixture.write(checkpoints, 20, model);
        CheckpointFixture.write(checkpoints, 30, model);
        String alive = OwnerProcess.self().text();
        Path staged = Files.createDirectory(out.resolve(".checkpoint-40.staging-" + DEAD + "-1"));
        Files.writeString(staged.resolve("model.safetensors"), "half");
        Files.move(
                out.resolve("checkpoint-30"),
                out.resolve(".checkpoint-30.replaced-" + DEAD + "-2"));
        Path old = Files.createDirectory(out.resolve(".checkpoint-20.replaced-" + DEAD + "-3"));
        Files.writeString(old.resolve("shoal.json"), "{}");
        Files.createDirectory(out.resolve(".checkpoint-50.staging-" + alive + "-4"));
        Files.createDirectory(out.resolve(".other.staging-" + DEAD + "-5"));

        List<String> cleared = checkpoints.removeLeftovers();

        assertThat(cleared).hasSize(3);
        assertThat(names(out))
                .containsExactly(
                        ".checkpoint-50.staging-" + alive + "-4",
                        ".other.staging-" + DEAD + "-5",
                        "checkpoint-20",
                        "checkpoint-30");
        assertThat(checkpoints.newest().newest().map(Checkpoint::position))
                .contains(new RunPosition(30, 3.0));
    }

    @Test
    void what_is_not_whole_is_never_sealed() throws IOException {
        try (StagedCheckpoint staged = checkpoints.stage(20, StateKind.common(), model)) {
            assertThatThrownBy(() -> staged.seal(CheckpointFixture.texts(20)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("0 elements of model.safetensors were written");
        }

        assertThat(names(out)).isEmpty();
    }

    private static void flipInTheMiddle(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
