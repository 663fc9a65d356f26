package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.GptConfig;
import shoal.recipe.BatchRecipe;
import shoal.recipe.LossScaling;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.PrecisionRecipe;
import shoal.recipe.Problem;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;

class ResumeCheckTest {
    private static final RunFacts FACTS = CheckpointFixture.FACTS;

    /** What is written, what instead, and how the difference is told. */
    private static final List<List<String>> CHANGES =
            List.of(
                    List.of("\"ranks\":1", "\"ranks\":2", "--ranks was 1 and is 2 now"),
                    List.of(
                            "\"train_rows_per_device\":8",
                            "\"train_rows_per_device\":16",
                            "per_device_train_batch_size was 8 and is 16 now"),
                    List.of(
                            "\"accumulation\":2",
                            "\"accumulation\":1",
                            "gradient_accumulation_steps was 2 and is 1 now"),
                    List.of("\"slices\":2", "\"slices\":4", "--slices was 2 and is 4 now"),
                    List.of(
                            "\"drop_last\":false",
                            "\"drop_last\":true",
                            "dataloader_drop_last was false and is true now"),
                    List.of(
                            "\"random\"",
                            "\"sequential\"",
                            "train_sampling_strategy was RANDOM and is SEQUENTIAL now"),
                    List.of("\"seed\":42", "\"seed\":43", "seed was 42 and is 43 now"),
                    List.of("\"data_seed\":42", "\"data_seed\":1", "data_seed was 42 and is 1 now"),
                    List.of(
                            "\"learning_rate\":0.00005",
                            "\"learning_rate\":0.1",
                            "learning_rate was 5.0E-5 and is 0.1 now"),
                    List.of(
                            "\"weight_decay\":0.01",
                            "\"weight_decay\":0",
                            "weight_decay was 0.01 and is 0.0 now"),
                    List.of(
                            "\"max_grad_norm\":1",
                            "\"max_grad_norm\":2",
                            "max_grad_norm was 1.0 and is 2.0 now"),
                    List.of(
                            "\"ratio\":0.1",
                            "\"ratio\":0.2",
                            "the learning rate schedule was {\"type\":\"linear\""),
                    List.of(
                            "\"max_sequence_length\":64",
                            "\"max_sequence_length\":32",
                            "max_seq_length was 64 and is 32 now"),
                    List.of(
                            "\"metric\":\"\"",
                            "\"metric\":\"f1\"",
                            "metric_for_best_model was  and is f1 now"));

    @TempDir Path folder;
    private Checkpoint checkpoint;
    private GptConfig config;

    @BeforeEach
    void writeOne() throws IOException {
        ModelFolder model = CheckpointFixture.model(Files.createDirectory(folder.resolve("m")));
        Checkpoints checkpoints = Checkpoints.in(folder.resolve("out"), "out");
        CheckpointFixture.write(checkpoints, 20, model);
        checkpoint = checkpoints.newest().newest().orElseThrow();
        config = model.config();
    }

    /** The fixture's recipe with one text of its JSON replaced. */
    private static Recipe changed(String from, String to) {
        String text = RecipeJson.write(CheckpointFixture.RECIPE);
        assertThat(text).contains(from);
        return RecipeJson.read(text.replace(from, to));
    }

    @Test
    void the_same_run_goes_on_without_a_word() {
        ResumeCheck check = ResumeCheck.of(checkpoint, CheckpointFixture.RECIPE, FACTS, config);

        assertThat(check.problems()).isEmpty();
        assertThat(check.notices()).isEmpty();
    }

    @Test
    void each_difference_of_precision_is_a_problem_of_its_own() {
        PrecisionRecipe pure =
                new PrecisionRecipe(
                        PrecisionRecipe.Arithmetic.PURE_FP16,
                        new LossScaling.Fixed(128),
                        true,
                        PrecisionRecipe.Type.FP16,
                        PrecisionRecipe.Type.BF16);
        ResumeCheck check =
                ResumeCheck.of(
                        checkpoint, CheckpointFixture.RECIPE.withPrecision(pure), FACTS, config);

        assertThat(check.problems().stream().map(Problem::what))
                .map(sentence -> sentence.substring(0, sentence.indexOf(", which")))
                .containsExactly(
                        "the precision was FP32 and is PURE_FP16 now",
                        "the loss scale was no loss scale and is loss_scale 128.0 now",
                        "whether overflows are skipped was false and is true now",
                        "data_types.grad_accum_dtype was FP32 and is FP16 now",
                        "communication_data_type was FP32 and is BF16 now");
        assertThat(check.notices()).isEmpty();
    }

    @Test
    void every_difference_that_changes_the_result_is_a_problem() {
        for (List<String> change : CHANGES) {
            ResumeCheck check =
                    ResumeCheck.of(
                            checkpoint, changed(change.get(0), change.get(1)), FACTS, config);

            assertThat(check.problems())
                    .as(change.get(0))
                    .singleElement()
                    .extracting(Problem::toString)
                    .asString()
                    .startsWith("out/checkpoint-20: " + change.get(2));
            assertThat(check.notices()).isEmpty();
        }
    }

    @Test
    void other_data_or_another_model_are_problems_all_at_once() {
        RunFacts other =
                new RunFacts(
                        160,
                        41,
                        3,
                        Optional.of("d".repeat(64)),
                        Optional.empty(),
                        Optional.of("e".repeat(64)));
        GptConfig wider = new GptConfig(60, 16, 16, 2, 2, 32, 3, 0, 1e-5, 0.02, 0.1, 0.1, 0.1);

        ResumeCheck check = ResumeCheck.of(checkpoint, CheckpointFixture.RECIPE, other, wider);

        assertThat(check.problems().stream().map(Problem::toString))
                .containsExactly(
                        "out/checkpoint-20: n_embd was 8 and is 16 now, which changes what the run"
                                + " becomes. Set it back to go on, or start a new run from these"
                                + " weights with --pretrained_model_name_or_path.",
                        "out/checkpoint-20: SHA-256 of the training file was "
                                + "a".repeat(64)
                                + " and is "
                                + "d".repeat(64)
                                + " now, which changes what the run becomes. Set it back to go on,"
                                + " or start a new run from these weights with"
                                + " --pretrained_model_name_or_path.");
        assertThat(check.notices())
                .containsExactly(
                        "The evaluation file is another one than before out/checkpoint-20: figures"
                                + " before and after are not of the same rows.",
                        "The model is another one than the run started from; its weights are not"
                                + " used, those of out/checkpoint-20 are.");
    }

    @Test
    void a_vocabulary_in_another_order_is_a_problem() throws IOException {
        Path same = Files.createDirectory(folder.resolve("same"));
        Path other = Files.createDirectory(folder.resolve("other"));
        CheckpointFixture.model(same);
        CheckpointFixture.model(other);
        List<String> words = new ArrayList<>(Files.readAllLines(other.resolve("vocab.txt")));
        Collections.swap(words, words.size() - 1, words.size() - 2);
        Files.write(other.resolve("vocab.txt"), words);

        ResumeCheck fine = check(ModelFolder.open(same, "same"));
        ResumeCheck not = check(ModelFolder.open(other, "other"));

        assertThat(fine.problems()).isEmpty();
        assertThat(not.problems())
                .singleElement()
                .extracting(Problem::what)
                .asString()
                .startsWith("SHA-256 of the tokenizer was ");
    }

    private ResumeCheck check(ModelFolder model) {
        return ResumeCheck.of(checkpoint, CheckpointFixture.RECIPE, FACTS, model);
    }

    @Test
    void a_longer_run_is_a_notice_that_tells_of_the_schedule() {
        ResumeCheck check =
                ResumeCheck.of(checkpoint, changed("\"epochs\":3", "\"epochs\":5"), FACTS, config);

        assertThat(check.problems()).isEmpty();
        assertThat(check.notices())
                .containsExactly(
                        "The run had num_train_epochs 3.0 and has num_train_epochs 5.0 now: from"
                                + " out/checkpoint-20 on, the learning rate is that of the schedule"
                                + " over the new length, which it had not followed so far (HF's"
                                + " Trainer does the same).");
    }

    @Test
    void where_and_when_things_are_written_are_notices() {
        Recipe other =
                RecipeJson.read(
                        RecipeJson.write(CheckpointFixture.RECIPE)
                                .replace("\"output\"", "\"elsewhere\"")
                                .replace(
                                        "\"saving\":{\"strategy\":\"steps\",\"steps\":1E+1",
                                        "\"saving\":{\"strategy\":\"epoch\",\"steps\":0"));

        ResumeCheck check = ResumeCheck.of(checkpoint, other, FACTS, config);

        assertThat(check.problems()).isEmpty();
        assertThat(check.notices())
                .containsExactly(
                        "save_strategy was \"steps\", every 10.0 and is \"epoch\" from now on.",
                        "output_dir was output and is elsewhere from now on.");
    }

    @Test
    void of_a_checkpoint_of_hf_what_it_knows_is_compared() throws IOException {
        Path hf = Files.createDirectory(folder.resolve("checkpoint-4"));
        for (String name :
                List.of(
                        "config.json",
                        "model.safetensors",
                        "optimizer.pt",
                        "scheduler.pt",
                        "trainer_state.json")) {
            Folders.copy("trainer-checkpoint/" + name, hf.resolve(name));
        }
        Recipe old = CheckpointFixture.RECIPE;
        Recipe same =
                new Recipe(
                        new BatchRecipe(1, 4, 8, 1, 1, false),
                        old.length(),
                        new OrderRecipe(OrderRecipe.Sampling.RANDOM, 7, 7),
                        new OptimizerRecipe(3e-3, 0.9, 0.999, 1e-8, 0.01, 1),
                        old.schedule(),
                        0,
                        old.evaluation(),
                        old.logging(),
                        old.saving(),
                        old.zero(),
                        64,
                        3,
                        "output",
                        List.of());
        Checkpoint of = Checkpoint.open(hf, "c");

        ResumeCheck fine = ResumeCheck.of(of, same, FACTS, of.model().config());
        ResumeCheck not = ResumeCheck.of(of, old, FACTS, of.model().config());

        assertThat(fine.problems()).isEmpty();
        assertThat(fine.notices()).singleElement().asString().contains("num_train_epochs 1.0 and");
        assertThat(
                        not.problems().stream()
                                .map(Problem::what)
                                .map(what -> what.replaceFirst(" now.*", "")))
                .containsExactly(
                        "per_device_train_batch_size was 4 and is 8",
                        "learning_rate was 0.003 and is 5.0E-5");
    }
}
