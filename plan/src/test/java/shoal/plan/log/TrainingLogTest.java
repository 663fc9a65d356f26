package shoal.plan.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class TrainingLogTest {
    @Test
    void a_row_has_the_mean_loss_since_the_last_row_and_the_last_steps_figures() {
        TrainingLog log = TrainingLog.empty().commit(step(1, 0.5)).commit(step(2, 0.70011));

        LogRow row = log.row(0.25);

        assertThat(row.values())
                .containsExactly(
                        LogValue.number("loss", 0.6001),
                        LogValue.number("grad_norm", 2.5),
                        LogValue.number("learning_rate", 2e-5),
                        LogValue.number("epoch", 0.25),
                        LogValue.integer("step", 2));
        assertThat(log.meanLoss()).isCloseTo(0.600055, within(1e-15));
    }

    @Test
    void a_row_begins_a_new_mean_and_train_loss_covers_all_steps() {
        TrainingLog log = TrainingLog.empty().commit(step(1, 1)).commit(step(2, 3)).logged();

        log = log.commit(step(3, 8));

        assertThat(log.row(1).number("loss")).hasValue(8);
        assertThat(log.trainLoss()).isEqualTo(4);
        assertThat(log.logged().trainLoss()).isEqualTo(4);
        assertThat(log.logged().flos()).isEqualTo(60);
    }

    @Test
    void a_run_that_does_not_clip_logs_no_norm() {
        CommittedStep unclipped = new CommittedStep(1, 0.5, OptionalDouble.empty(), 0, 0);

        LogRow row = TrainingLog.empty().commit(unclipped).row(0.1);

        assertThat(row.values().stream().map(LogValue::name))
                .containsExactly("loss", "learning_rate", "epoch", "step");
    }

    @Test
    void a_step_out_of_order_is_refused() {
        TrainingLog log = TrainingLog.empty().commit(step(1, 1));

        assertThatThrownBy(() -> log.commit(step(1, 1))).hasMessageContaining("after step 1");
        assertThatThrownBy(() -> log.commit(step(3, 1))).hasMessageContaining("step 3");
    }

    @Test
    void a_second_row_at_the_same_step_is_refused() {
        TrainingLog log = TrainingLog.empty().commit(step(1, 1)).logged();

        assertThatThrownBy(() -> log.row(1)).hasMessageContaining("no step since");
    }

    private static CommittedStep step(int step, double loss) {
        return new CommittedStep(step, loss, OptionalDouble.of(2.5), step * 1e-5, step * 10L);
    }
}
