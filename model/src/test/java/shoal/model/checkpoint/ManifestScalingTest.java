package shoal.model.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.PrecisionRecipe;

/** What a manifest says of steps that were skipped. */
final class ManifestScalingTest {
    @TempDir private Path folder;

    @Test
    void skipped_steps_and_the_next_scale_are_read_back() throws IOException {
        RunPosition position =
                new RunPosition(
                        7,
                        0.5,
                        new RunPosition.Losses(
                                5, 1, 2, OptionalDouble.of(Double.POSITIVE_INFINITY), 1e-4),
                        new RunPosition.Scaling(3, 0x1p-20, 17, -2));
        CheckpointManifest manifest =
                new CheckpointManifest(
                        CheckpointFixture.RECIPE.withPrecision(PrecisionRecipe.fp16()),
                        position,
                        CheckpointFixture.FACTS,
                        List.of());

        CheckpointManifest read = ManifestJson.read(written(ManifestJson.write(manifest)), "m");

        assertThat(read).isEqualTo(manifest);
        assertThat(read.position().updates()).isEqualTo(4);
    }

    @Test
    void a_run_that_skips_nothing_has_no_word_of_it() throws IOException {
        CheckpointManifest manifest =
                new CheckpointManifest(
                        CheckpointFixture.RECIPE,
                        new RunPosition(20, 2.0),
                        CheckpointFixture.FACTS,
                        List.of());
        String text = ManifestJson.write(manifest);

        assertThat(text).doesNotContain("scaling", "precision", "Infinity");
        assertThat(ManifestJson.read(written(text), "m").position().scaling())
                .isEqualTo(RunPosition.Scaling.none());
    }

    @Test
    void more_skipped_steps_than_steps_are_refused() {
        assertThatThrownBy(
                        () ->
                                new RunPosition(
                                        2,
                                        1,
                                        new RunPosition.Losses(2, 0, 0, OptionalDouble.empty(), 0),
                                        new RunPosition.Scaling(3, 1, 0, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("skipped is 3.0, expected 0.0 to 2.0");
    }

    private Path written(String text) throws IOException {
        return Files.write(folder.resolve("shoal.json"), text.getBytes(UTF_8));
    }
}
