package shoal.recipe.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
    private static final List<String> NAMES =
            List.of("seed", "data_seed", "learning_rate", "eval_steps", "save_steps", "bf16");

    @Test
    void a_slip_of_the_finger_is_recognised() {
        assertThat(NearestName.of("learning_rat", NAMES)).contains("learning_rate");
        assertThat(NearestName.of("learnign_rate", NAMES)).contains("learning_rate");
        assertThat(NearestName.of("sed", NAMES)).contains("seed");
        assertThat(NearestName.of("eval_step", NAMES)).contains("eval_steps");
    }

    @Test
    void a_name_of_its_own_has_no_neighbour() {
        assertThat(NearestName.of("hidden_size", NAMES)).isEmpty();
        assertThat(NearestName.of("lr", NAMES)).isEmpty();
        assertThat(NearestName.of("fp8", NAMES)).isEmpty();
        assertThat(NearestName.of("x".repeat(1_000_000), NAMES)).isEmpty();
    }

    @Test
    void edits_are_insertions_deletions_replacements_and_swaps() {
        assertThat(NearestName.edits("seed", "seed")).isZero();
        assertThat(NearestName.edits("seed", "sed")).isEqualTo(1);
        assertThat(NearestName.edits("seed", "seeds")).isEqualTo(1);
        assertThat(NearestName.edits("seed", "feed")).isEqualTo(1);
        assertThat(NearestName.edits("seed", "sede")).isEqualTo(1);
        assertThat(NearestName.edits("seed", "deal")).isEqualTo(3);
    }
}
