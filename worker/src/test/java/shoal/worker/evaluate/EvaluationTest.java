package shoal.worker.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import shoal.engine.Measurement;
import shoal.engine.Update;
import shoal.plan.step.EvaluationDeal;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.StepReduced;
import shoal.recipe.Limits;
import shoal.worker.FakeEngine;
import shoal.worker.Rows;
import shoal.worker.step.Alone;
import shoal.worker.step.Computation;
import shoal.worker.step.StepLayout;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.StoppedException;

final class EvaluationTest {
    private final FakeEngine engine = new FakeEngine(FakeEngine.tinyConfig(8));
    private final StopSignal stop = new StopSignal();
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void every_row_comes_once_in_row_order_with_its_own_label() {
        List<EvaluationRows> messages = evaluate(333, 40);

        int next = 0;
        for (EvaluationRows message : messages) {
            assertThat(message.getFirstRow()).isEqualTo(next);
            assertThat(message.getStep()).isEqualTo(7);
            for (int i = 0; i < message.getLossesCount(); i++) {
                assertThat(message.getLosses(i)).isEqualTo((float) (next + i));
                assertThat(message.getLabels(i)).isEqualTo((next + i) % 2);
                assertThat(message.getPredictions(i)).isEqualTo((next + i) % 2);
            }
            next += message.getLossesCount();
        }
        assertThat(next).isEqualTo(333);
    }

    @Test
    void only_the_last_message_is_marked_and_has_the_seconds() {
        List<EvaluationRows> messages = evaluate(333, 40);

        for (int i = 0; i < messages.size(); i++) {
            boolean last = i == messages.size() - 1;
            assertThat(messages.get(i).getLast()).isEqualTo(last);
            assertThat(messages.get(i).getSeconds() > 0).isEqualTo(last);
        }
    }

    @Test
    void the_engine_gets_one_evaluation_batch_at_a_time_a_short_one_last() {
        evaluate(95, 40);

        assertThat(engine.batches.stream().map(List::size)).containsExactly(40, 40, 15);
    }

    @Test
    void the_engine_gets_as_many_batches_at_a_time_as_the_computation_says() {
        List<EvaluationRows> messages = evaluate(95, 20, new Batches(new Alone(engine), 2));

        assertThat(engine.batches.stream().map(List::size)).containsExactly(40, 40, 15);
        assertThat(messages.stream().mapToInt(EvaluationRows::getLossesCount).sum()).isEqualTo(95);
    }

    @Test
    void a_large_set_is_reported_in_about_fifty_messages() {
        assertThat(evaluate(1_000, 64)).hasSize(50);
    }

    @Test
    void a_message_never_holds_more_rows_than_its_bound() {
        assertThat(Evaluation.rowsPerMessage(Limits.ROWS))
                .isEqualTo(Limits.EVALUATION_ROWS_PER_MESSAGE);
        assertThat(Evaluation.rowsPerMessage(1)).isEqualTo(1);
    }

    @Test
    void a_run_that_ended_stops_between_batches() {
        stop.raise();

        assertThatThrownBy(() -> evaluate(95, 40)).isInstanceOf(StoppedException.class);
        assertThat(engine.batches).isEmpty();
    }

    private List<EvaluationRows> evaluate(int rows, int batchRows) {
        return evaluate(rows, batchRows, new Alone(engine));
    }

    private List<EvaluationRows> evaluate(int rows, int batchRows, Computation computation) {
        List<EvaluationRows> messages = new ArrayList<>();
        new Evaluation(
                        Rows.table(rows),
                        batchRows,
                        engine,
                        computation,
                        () -> nanos.addAndGet(1_000_000))
                .run(7, stop, messages::add);
        return messages;
    }

    /** A computation that wants several batches at a time. */
    private record Batches(Computation alone, int atATime) implements Computation {
        @Override
        public int workers() {
            return alone.workers();
        }

        @Override
        public int index() {
            return alone.index();
        }

        @Override
        public StepReduced reduce(StepLayout step) {
            return alone.reduce(step);
        }

        @Override
        public Measurement measure(int step, double clip) {
            return alone.measure(step, clip);
        }

        @Override
        public void apply(Update update) {
            alone.apply(update);
        }

        @Override
        public int evaluate(int step, List<EvaluationDeal.Rows> deal, int batchRows) {
            return atATime;
        }

        @Override
        public void close() {
            alone.close();
        }
    }
}
