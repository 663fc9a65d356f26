package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.plan.step.EvaluationDeal.Rows;

final class EvaluationDealTest {
    @Test
    void a_batch_of_as_many_rows_as_an_int_holds_is_one_worker_s() {
        assertThat(EvaluationDeal.of(6, Integer.MAX_VALUE, 2))
                .containsExactly(new EvaluationDeal.Rows(0, 0), new EvaluationDeal.Rows(0, 6));
    }

    @Test
    void whole_batches_are_dealt_in_order_and_the_short_one_comes_last() {
        assertThat(EvaluationDeal.of(22, 5, 2)).containsExactly(new Rows(0, 10), new Rows(10, 22));
        assertThat(EvaluationDeal.of(6, 4, 3))
                .containsExactly(new Rows(0, 0), new Rows(0, 4), new Rows(4, 6));
    }

    @Test
    void every_row_has_one_worker_for_any_numbers() {
        for (int workers = 1; workers <= 16; workers++) {
            for (int rows = 0; rows < 70; rows++) {
                List<Rows> dealt = EvaluationDeal.of(rows, 3, workers);
                int next = 0;
                for (Rows one : dealt) {
                    assertThat(one.from()).isEqualTo(next);
                    assertThat(one.to() % 3 == 0 || one.to() == rows).isTrue();
                    next = one.to();
                }
                assertThat(next).isEqualTo(rows);
                assertThat(dealt).hasSize(workers);
            }
        }
    }
}
