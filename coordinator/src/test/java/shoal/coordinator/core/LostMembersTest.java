package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;

/** Members of a run that do not hear of each other, while the coordinator does or does not. */
final class LostMembersTest {
    private static final Demand TWO = new Demand(2, 2, Duration.ofMinutes(1));

    private final Lab lab = new Lab();

    @Test
    void members_that_lost_each_other_start_again_and_say_so() {
        lab.submit("r", TestRecipes.of(2, 1, 2), TWO).attach("w1").attach("w2");
        Fence before = lab.fence("r");

        lab.report("w2", silent(before, 0));

        assertThat(lab.state().run(new RunName("r")).reason())
                .startsWith("workers w1, w2 load its files");
        assertThat(lab.fence("r").generation()).isEqualTo(before.generation() + 1);
        assertThat(lab.events("r"))
                .filteredOn(RunEvent.Restarted.class::isInstance)
                .singleElement()
                .asString()
                .contains("workers w2 and w1 lost each other: one of them was frozen");

        lab.report("w1", silent(before, 1));
        assertThat(lab.fence("r").generation()).isEqualTo(before.generation() + 1);
    }

    @Test
    void a_member_that_cannot_be_reached_since_it_is_silent_does_not_end_the_run() {
        lab.submit("r", TestRecipes.of(2, 1, 2), TWO).attach("w1").attach("w2");

        lab.breakSession("w1").trouble("w2", "r", true);

        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        assertThat(lab.events("r"))
                .filteredOn(RunEvent.Restarted.class::isInstance)
                .singleElement()
                .asString()
                .contains("worker w1 fell silent while it loaded");

        lab.attach("w3").trouble("w3", "r", true);
        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
    }

    private static WorkerReport.Trouble silent(Fence fence, int peer) {
        return new WorkerReport.Trouble(
                fence, false, OptionalInt.of(peer), List.of("no sign of life"));
    }
}
