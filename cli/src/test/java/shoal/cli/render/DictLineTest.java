package shoal.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.proto.v1.LogValue;

/** Expected lines are what Python prints for the same dict. */
final class DictLineTest {
    @Test
    void a_training_row_reads_as_trainers() {
        String line =
                DictLine.of(
                        List.of(
                                value("loss", 0.7026),
                                value("grad_norm", 3.0999999046325684),
                                value("learning_rate", 1.11e-05),
                                value("epoch", 0.03333333333333333),
                                integer("step", 10)));

        assertThat(line)
                .isEqualTo(
                        "{'loss': 0.7026, 'grad_norm': 3.0999999046325684, 'learning_rate':"
                                + " 1.11e-05, 'epoch': 0.03}");
    }

    @Test
    void whole_floats_keep_their_point_and_integers_have_none() {
        String line =
                DictLine.of(
                        List.of(
                                value("learning_rate", 0),
                                value("epoch", 3),
                                integer("eval_samples", 400),
                                value("eval_accuracy", 1)));

        assertThat(line)
                .isEqualTo(
                        "{'learning_rate': 0.0, 'epoch': 3.0, 'eval_samples': 400,"
                                + " 'eval_accuracy': 1.0}");
    }

    @Test
    void the_final_row_has_no_total_flos() {
        String line =
                DictLine.of(
                        List.of(
                                value("train_runtime", 12.3456),
                                value("total_flos", 1e15),
                                value("train_loss", 0.25),
                                value("epoch", 2.996)));

        assertThat(line).isEqualTo("{'train_runtime': 12.3456, 'train_loss': 0.25, 'epoch': 3.0}");
    }

    @Test
    void an_epoch_halfway_rounds_as_pythons_round() {
        // 0.125 is exact, so it goes to the even digit; 2.675 is a little less than it looks.
        assertThat(DictLine.number(value("epoch", 0.125))).isEqualTo("0.12");
        assertThat(DictLine.number(value("epoch", 2.675))).isEqualTo("2.67");
    }

    @Test
    void a_loss_that_is_no_number_reads_as_python_writes_it() {
        assertThat(DictLine.of(List.of(value("loss", Double.NaN), value("epoch", 0.5))))
                .isEqualTo("{'loss': nan, 'epoch': 0.5}");
    }

    private static LogValue value(String name, double number) {
        return LogValue.newBuilder().setName(name).setNumber(number).build();
    }

    private static LogValue integer(String name, int number) {
        return LogValue.newBuilder().setName(name).setNumber(number).setIsInteger(true).build();
    }
}
