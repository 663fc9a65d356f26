package shoal.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.core.Demand;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.RunSpec;
import shoal.coordinator.core.Submission;

/** Cases of transformers 4.57.6, tests/trainer/test_trainer.py, test_checkpoint_rotation. */
final class RotationTest {
    private static final List<Integer> STEPS = List.of(5, 10, 15, 20, 25);

    @Test
    void the_oldest_go() {
        assertThat(surplus(0, 2)).containsExactly(5, 10, 15);
        assertThat(surplus(0, 9)).isEmpty();
    }

    @Test
    void the_best_one_stays_also_when_only_one_is_kept() {
        assertThat(surplus(5, 2)).containsExactly(10, 15, 20);
        assertThat(surplus(5, 1)).containsExactly(10, 15, 20);
        assertThat(surplus(25, 1)).containsExactly(5, 10, 15, 20);
        assertThat(surplus(15, 3)).containsExactly(5, 10);
    }

    private static List<Integer> surplus(int best, int kept) {
        RunSpec spec =
                new RunSpec(
                        new RunName("r"),
                        new Submission(TestRecipes.of(2, 1, 0), "{}", List.of(), Demand.ONE));
        return Rotation.surplus(STEPS, new Effect.RotateCheckpoints(spec, 25, best, kept));
    }
}
