package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import shoal.model.Golden;
import shoal.model.checkpoint.TrainerState.Control;
import shoal.model.json.Members;

class TrainerStateTest {
    @Test
    void the_file_has_the_bytes_that_hf_writes_for_the_same_state() {
        TrainerState state =
                new TrainerState(
                        OptionalDouble.of(1),
                        30,
                        30,
                        1,
                        15,
                        500,
                        16,
                        1,
                        0,
                        123_456_789_012.0,
                        List.of(
                                new Members()
                                        .number("loss", 0.7569)
                                        .number("grad_norm", 2.975181818008423)
                                        .number("learning_rate", 1e-5)
                                        .number("epoch", 1 / 30.0)
                                        .integer("step", 1)
                                        .object(),
                                new Members()
                                        .number("eval_loss", 0.6711048483848572)
                                        .number("epoch", 0.5)
                                        .integer("step", 15)
                                        .object()),
                        OptionalDouble.of(0.6354166666666666),
                        OptionalInt.of(15),
                        Optional.of("output/checkpoint-15"),
                        new Control(true, true));

        assertThat(state.json()).isEqualTo(Golden.text("trainer_state.json"));
    }

    @Test
    void what_is_not_known_is_null() {
        TrainerState state =
                new TrainerState(
                        OptionalDouble.empty(),
                        0,
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
                        new Control(false, false));

        assertThat(state.json())
                .contains("\"best_metric\": null", "\"epoch\": null", "\"log_history\": []")
                .contains("\"best_model_checkpoint\": null", "\"best_global_step\": null");
    }
}
