package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Golden;
import shoal.model.Refused;
import shoal.model.StateKind;
import shoal.model.safetensors.SafetensorsFile;
import shoal.model.tensor.TensorFile;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UserException;

class HuggingFaceCheckpointTest {
    private static final List<String> FILES =
            List.of(
                    "config.json",
                    "model.safetensors",
                    "optimizer.pt",
                    "scheduler.pt",
                    "trainer_state.json");

    @TempDir Path temporary;
    private Path folder;

    @BeforeEach
    void copyOne() throws IOException {
        folder = Files.createDirectories(temporary.resolve("checkpoint-4"));
        for (String name : FILES) {
            Folders.copy("trainer-checkpoint/" + name, folder.resolve(name));
        }
    }

    @Test
    void it_gives_the_state_that_hf_s_trainer_had() {
        Checkpoint checkpoint = Checkpoint.open(folder, "c");

        assertThat(checkpoint.position()).isEqualTo(new RunPosition(4, 4 / 6.0));
        assertThat(checkpoint.optimizer())
                .contains(new OptimizerRecipe(3e-3, 0.9, 0.999, 1e-8, 0.01, 0));
        assertThat(checkpoint.recipe()).isEmpty();
        assertThat(checkpoint.notices()).singleElement().asString().startsWith("c was written by");
        assertMoments(checkpoint);
        Map<String, float[]> weights = CheckpointFixture.load(checkpoint, StateKind.PARAMETER);
        assertThat(weights).hasSize(checkpoint.model().table().parameters().size());
    }

    @Test
    void the_older_format_gives_the_same_moments() {
        replace("optimizer.pt", "trainer-checkpoint-forms/legacy.pt");

        assertMoments(Checkpoint.open(folder, "c"));
    }

    /** The reference was written by name from the Trainer's own optimizer. */
    private static void assertMoments(Checkpoint checkpoint) {
        Path reference = Golden.path("trainer-checkpoint-forms/moments.safetensors");
        try (TensorFile expected = SafetensorsFile.open(reference, "reference")) {
            for (StateKind kind : List.of(StateKind.EXP_AVG, StateKind.EXP_AVG_SQ)) {
                Map<String, float[]> loaded = CheckpointFixture.load(checkpoint, kind);
                checkpoint
                        .model()
                        .table()
                        .parameters()
                        .forEach(
                                parameter ->
                                        assertThat(loaded.get(parameter.name()))
                                                .as(kind.tensorName(parameter))
                                                .isEqualTo(
                                                        read(
                                                                expected,
                                                                kind.tensorName(parameter))));
            }
        }
    }

    private static float[] read(TensorFile file, String name) {
        int size = (int) requireNonNull(file.tensors().get(name)).sizeElements();
        ByteBuffer values = ByteBuffer.allocate(size * 4).order(ByteOrder.LITTLE_ENDIAN);
        file.read(name, 0, values);
        float[] floats = new float[size];
        values.flip().asFloatBuffer().get(floats);
        return floats;
    }

    @Test
    void the_trainer_s_state_reads_back_number_by_number() throws IOException {
        TrainerState state = Checkpoint.open(folder, "c").trainerState();

        assertThat(state.json()).isEqualTo(Files.readString(folder.resolve("trainer_state.json")));
        assertThat(state.control())
                .isEqualTo(
                        new TrainerState.Control(
                                true,
                                false,
                                Optional.of(new TrainerState.EarlyStopping(3, 0.25, 1))));
        assertThat(state.bestStep()).hasValue(4);
        assertThat(state.bestMetric().orElseThrow()).isEqualTo(1.0720425844192505, within(0.0));
        assertThat(state.bestCheckpoint()).contains("output/checkpoint-4");
    }

    @Test
    void the_newest_of_a_folder_may_be_one_of_hf() {
        Checkpoints.Choice choice = Checkpoints.in(temporary, "out").newest();

        assertThat(choice.newest().map(Checkpoint::shownName)).contains("out/checkpoint-4");
        assertThat(choice.passedOver()).isEmpty();
    }

    @Test
    void other_optimizers_are_refused_by_name() {
        assertThat(refusedWith("sgd")).contains("is the state of SGD with momentum, but Shoal");
        assertThat(refusedWith("adagrad")).contains("is the state of Adagrad, but Shoal");
        assertThat(refusedWith("amsgrad")).contains("is the state of AdamW with amsgrad, but");
        assertThat(refusedWith("adam")).contains("is the state of Adam, whose weight decay");
        assertThat(refusedWith("one-group"))
                .isEqualTo(
                        "c/optimizer.pt: has groups of [29] parameters, but HF's Trainer makes"
                                + " groups of [11, 18] for this model: with decay, without. It is"
                                + " not the optimizer of this model, or was not made by HF's"
                                + " Trainer.");
    }

    private String refusedWith(String form) {
        replace("optimizer.pt", "trainer-checkpoint-forms/" + form + ".pt");
        List<String> problems = Refused.by(() -> Checkpoint.open(folder, "c"));
        assertThat(problems).hasSize(1);
        return problems.get(0);
    }

    @Test
    void a_checkpoint_without_moments_says_what_to_do() throws IOException {
        Files.delete(folder.resolve("optimizer.pt"));

        assertThat(Refused.by(() -> Checkpoint.open(folder, "c")))
                .containsExactly(
                        "c/optimizer.pt: There is no such file: without Adam's moments training"
                                + " cannot go on (save_only_model leaves them out). Start from the"
                                + " weights instead: --pretrained_model_name_or_path.");

        Files.createDirectory(folder.resolve("global_step4"));
        assertThat(Refused.by(() -> Checkpoint.open(folder, "c")))
                .singleElement()
                .asString()
                .contains("DeepSpeed keeps its optimizer in shards (global_step*)");
    }

    @Test
    void steps_that_disagree_are_named() throws IOException {
        Path state = folder.resolve("trainer_state.json");
        Files.writeString(
                state, Files.readString(state).replace("\"global_step\": 4", "\"global_step\": 5"));

        assertThat(Refused.by(() -> Checkpoint.open(folder, "c")))
                .containsExactly(
                        "c/optimizer.pt: was updated 4 times, but trainer_state.json says"
                                + " global_step 5. The folder holds parts of two checkpoints, or"
                                + " updates were skipped (fp16).",
                        "c/scheduler.pt: has last_epoch 4, but trainer_state.json says global_step"
                                + " 5. The folder holds parts of two checkpoints, or updates were"
                                + " skipped (fp16).");
    }

    @Test
    void figures_of_a_run_that_diverged_read_back_as_python_writes_them() throws IOException {
        Path file = folder.resolve("trainer_state.json");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("\"loss\": 1.1291", "\"loss\": NaN")
                        .replace("\"eval_loss\": 1.0720425844192505", "\"eval_loss\": -Infinity")
                        .replace(
                                "\"best_metric\": 1.0720425844192505",
                                "\"best_metric\": Infinity"));

        TrainerState state = Checkpoint.open(folder, "c").trainerState();

        assertThat(state.bestMetric()).hasValue(Double.POSITIVE_INFINITY);
        assertThat(state.json()).contains("NaN").isEqualTo(Files.readString(file));
    }

    @Test
    void how_much_is_done_is_finite() throws IOException {
        Files.writeString(
                folder.resolve("trainer_state.json"),
                "{\"global_step\": 4,\n\"epoch\": NaN,\n\"total_flos\": 1e999}");

        assertThat(Refused.by(() -> Checkpoint.open(folder, "c")))
                .containsExactly(
                        "c/trainer_state.json:2: epoch is NaN, expected a number from 0 to 1.0E9.",
                        "c/trainer_state.json:3: total_flos is 1e999, expected a number from 0 to"
                                + " 1.7976931348623157E308.");
    }

    @Test
    void a_state_that_is_no_number_is_named_with_its_line() throws IOException {
        Path state = folder.resolve("trainer_state.json");
        Files.writeString(state, "{\"global_step\": \"4\",\n\"epoch\": true}");

        assertThat(Refused.by(() -> Checkpoint.open(folder, "c")))
                .containsExactly(
                        "c/trainer_state.json:2: epoch is true, expected a number.",
                        "c/trainer_state.json:1: global_step is \"4\", expected a whole number"
                                + " from 0 to 2147483647.");
    }

    @Test
    void a_damaged_file_is_a_problem_of_the_user_or_reads_within_bounds() throws IOException {
        long seed = Long.getLong("shoal.seed", 20_260_728L);
        SplittableRandom random = new SplittableRandom(seed);
        for (String name : List.of("optimizer.pt", "scheduler.pt", "trainer_state.json")) {
            byte[] good = Files.readAllBytes(folder.resolve(name));
            for (int i = 0; i < 300; i++) {
                byte[] bad = good.clone();
                for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                    bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(folder.resolve(name), bad);
                try {
                    assertThat(Checkpoint.open(folder, "c").position().step()).isPositive();
                } catch (UserException named) {
                    assertThat(named.problems())
                            .as("%s, -Dshoal.seed=%d, case %d", name, seed, i)
                            .isNotEmpty();
                }
            }
            Files.write(folder.resolve(name), good);
        }
    }

    private void replace(String name, String golden) {
        try {
            Files.delete(folder.resolve(name));
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        Folders.copy(golden, folder.resolve(name));
    }
}
