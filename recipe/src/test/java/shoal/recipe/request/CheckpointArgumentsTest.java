package shoal.recipe.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import shoal.recipe.Cadence;
import shoal.recipe.SelectionRecipe;

/** What is kept, what is the best, and where a run goes on. */
final class CheckpointArgumentsTest {
    @Test
    void a_run_that_ends_with_its_best_model_compares_losses_unless_told_otherwise() {
        assertThat(
                        Typed.arguments(
                                        "\"load_best_model_at_end\": true",
                                        "\"early_stopping_patience\": 2",
                                        "\"early_stopping_threshold\": 0.5",
                                        "\"eval_delay\": 3",
                                        "\"eval_on_start\": true",
                                        "\"eval_strategy\": \"epoch\"",
                                        "\"save_strategy\": \"epoch\"")
                                .and("--eval_file", "dev.tsv")
                                .recipe())
                .satisfies(
                        recipe -> {
                            assertThat(recipe.selection())
                                    .isEqualTo(new SelectionRecipe("loss", false, true, 2, 0.5, 0));
                            assertThat(recipe.evaluation())
                                    .isEqualTo(
                                            new Cadence(Cadence.Strategy.EPOCH, 0, false, true, 3));
                        });
        assertThat(Typed.words().recipe().selection().compares()).isFalse();
    }

    @Test
    void the_checkpoint_to_go_on_from_is_a_folder_or_the_newest_one() {
        assertThat(resume("out/checkpoint-7")).contains("out/checkpoint-7");
        assertThat(resume("true")).contains(RunInputs.NEWEST);
        assertThat(resume("True")).contains(RunInputs.NEWEST);
        assertThat(resume("false")).isEmpty();
    }

    private static Optional<String> resume(String typed) {
        return Typed.words("--resume_from_checkpoint", typed).request().inputs().resume();
    }
}
