package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Refused;
import shoal.model.StateKind;
import shoal.recipe.OptimizerRecipe;

class HuggingFaceExportTest {
    @TempDir Path folder;

    @Test
    void what_is_written_reads_back_as_a_checkpoint_of_hf() throws IOException {
        ModelFolder model = CheckpointFixture.model(Files.createDirectory(folder.resolve("m")));
        Checkpoints checkpoints = Checkpoints.in(folder.resolve("out"), "out");
        CheckpointFixture.write(checkpoints, 20, model);
        Checkpoint ours = checkpoints.newest().newest().orElseThrow();

        new HuggingFaceExport(ours, 4e-5).into(folder.resolve("hf"), "hf");

        Checkpoint theirs = Checkpoint.open(folder.resolve("hf"), "hf");
        assertThat(theirs.recipe()).isEmpty();
        assertThat(theirs.position()).isEqualTo(ours.position());
        assertThat(theirs.optimizer())
                .contains(new OptimizerRecipe(5e-5, 0.9, 0.999, 1e-8, 0.01, 0));
        assertThat(theirs.trainerState().json()).isEqualTo(ours.trainerState().json());
        for (StateKind kind : StateKind.common()) {
            Map<String, float[]> expected = CheckpointFixture.load(ours, kind);
            assertThat(CheckpointFixture.load(theirs, kind))
                    .as(kind.toString())
                    .usingRecursiveComparison()
                    .isEqualTo(expected);
        }
        assertThat(Refused.by(() -> new HuggingFaceExport(theirs, 0).into(folder, "x")))
                .containsExactly("hf: was written by HF's Trainer: it can read it as it is.");
    }
}
