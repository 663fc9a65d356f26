package shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.model.checkpoint.Checkpoint;
import shoal.model.checkpoint.CheckpointTexts;
import shoal.model.checkpoint.Checkpoints;
import shoal.model.checkpoint.ModelCard;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.checkpoint.RunFacts;
import shoal.model.checkpoint.RunPosition;
import shoal.model.checkpoint.StagedCheckpoint;
import shoal.model.checkpoint.TrainerState;
import shoal.recipe.Recipe;
import shoal.recipe.request.RecipeReader;
import shoal.recipe.request.RecipeSources;

class ExportForTrainerTest {
    private static final Path MODEL = Path.of(System.getProperty("shoal.root"), "data/model");

    @TempDir Path folder;

    @Test
    void the_newest_checkpoint_of_a_folder_becomes_one_of_hf() {
        write(3);
        write(5);

        Shell.Answer answer =
                new Shell(folder)
                        .type("export", "out", "--format", "hf-trainer", "--output", "hf/here");

        assertThat(answer.err()).isEmpty();
        assertThat(answer.code()).isZero();
        assertThat(answer.out())
                .startsWith("hf/here: ")
                .endsWith(
                        " of step 5. Go on with"
                                + " trainer.train(resume_from_checkpoint=\"hf/here\")\n");
        assertThat(folder.resolve("hf/here/optimizer.pt")).exists();
        assertThat(Checkpoint.open(folder.resolve("hf/here"), "hf").position().step()).isEqualTo(5);
    }

    @Test
    void what_is_no_checkpoint_is_a_user_error() {
        Shell.Answer missing =
                new Shell(folder).type("export", "a1", "--format", "hf-trainer", "--to", "hf");
        Shell.Answer format = new Shell(folder).type("export", "a1", "--format", "x", "--to", "h");

        assertThat(missing)
                .isEqualTo(
                        new Shell.Answer(
                                2,
                                "",
                                "shoal: a1: is no folder; hf-trainer is written from a folder"
                                        + " checkpoint-N. Those of a submitted run come with"
                                        + " shoal export RUN --to DIR\n"));
        assertThat(format)
                .isEqualTo(
                        new Shell.Answer(
                                2, "", "shoal: --format: is 'x', expected model or hf-trainer\n"));
    }

    @Test
    void a_rule_that_hf_does_not_have_is_a_user_error() {
        write(
                3,
                "--deepspeed",
                "{\"optimizer\": {\"type\": \"Lamb\", \"params\": {\"lr\": \"auto\"}}}");

        Shell.Answer answer =
                new Shell(folder).type("export", "out", "--format", "hf-trainer", "--to", "hf");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err())
                .contains("was trained with Lamb with bias_correction true, ")
                .endsWith(
                        ", which HF's Trainer does not have. Export the model alone: it starts anew"
                                + " from these weights.\n");
        assertThat(folder.resolve("hf")).doesNotExist();
    }

    private void write(int step, String... flags) {
        ModelFolder model = ModelFolder.open(MODEL, "model", 2);
        List<String> words = new ArrayList<>(List.of("--train_file", "train.tsv"));
        words.addAll(List.of("--pretrained_model_name_or_path", "model"));
        words.addAll(List.of(flags));
        Recipe recipe = RecipeReader.read(new RecipeSources(words, path -> new byte[0])).recipe();
        Checkpoints checkpoints = Checkpoints.in(folder.resolve("out"), "out");
        try (StagedCheckpoint staged = checkpoints.stage(step, StateKind.common(), model)) {
            for (StateKind kind : StateKind.common()) {
                for (Unit unit : model.table().units()) {
                    int bytes = Math.toIntExact(unit.sizeElements() * Float.BYTES);
                    staged.write(kind, unit.index(), 0, ByteBuffer.allocate(bytes));
                }
            }
            staged.seal(
                    new CheckpointTexts(
                            recipe,
                            new RunPosition(step, 0.5),
                            new RunFacts(
                                    10, 0, 2, Optional.empty(), Optional.empty(), Optional.empty()),
                            state(step),
                            new ModelCard("out", List.of(), List.of())));
        }
    }

    private static TrainerState state(int step) {
        return new TrainerState(
                OptionalDouble.of(0.5),
                step,
                10,
                500,
                500,
                500,
                8,
                3,
                0,
                0,
                List.of(),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                new TrainerState.Control(true, false));
    }
}
