package shoal.plan.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class EvaluationTallyTest {
    @Test
    void the_loss_is_the_mean_over_rows_however_they_were_batched() {
        EvaluationTally tally = new EvaluationTally(2);
        tally.add(1, 0, 0);
        tally.add(2, 1, 0);
        tally.add(6, 1, 1);

        EvaluationResult result = tally.result();

        assertThat(result.rows()).isEqualTo(3);
        assertThat(result.loss()).isEqualTo(3);
        assertThat(result.metrics()).isEqualTo(Classification.of(new long[][] {{1, 1}, {0, 1}}));
    }

    @Test
    void a_copy_goes_its_own_way() {
        EvaluationTally tally = new EvaluationTally(2);
        tally.add(1, 0, 0);

        EvaluationTally copy = tally.copy();
        copy.add(3, 0, 1);

        assertThat(tally.result().loss()).isEqualTo(1);
        assertThat(tally.result().metrics().accuracy()).isEqualTo(1);
        assertThat(copy.result().loss()).isEqualTo(2);
        assertThat(copy.result().metrics().accuracy()).isEqualTo(0.5);
    }

    @Test
    void a_label_or_prediction_that_is_no_class_is_refused() {
        EvaluationTally tally = new EvaluationTally(2);

        assertThatThrownBy(() -> tally.add(0, 2, 0)).hasMessageContaining("prediction is 2");
        assertThatThrownBy(() -> tally.add(0, 0, -1)).hasMessageContaining("label is -1");
    }

    @Test
    void two_classes_are_scored_by_class_one_as_in_scikit_learn() {
        // The last evaluation of a run of HF's Trainer: 96 rows, 59 of them of class 1.
        Classification scores = Classification.of(new long[][] {{7, 30}, {5, 54}});

        assertThat(scores.accuracy()).isEqualTo(0.6354166666666666);
        assertThat(scores.precision()).isEqualTo(0.6428571428571429);
        assertThat(scores.recall()).isEqualTo(0.9152542372881356);
        assertThat(scores.f1()).isEqualTo(0.7552447552447552);
    }

    @Test
    void more_classes_are_scored_by_the_mean_over_those_that_occur() {
        // Class 3 neither occurs nor is predicted; class 2 is never predicted.
        long[][] counts = {{2, 0, 0, 0}, {1, 1, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 0}};

        Classification scores = Classification.of(counts);

        assertThat(scores.accuracy()).isEqualTo(0.6);
        assertThat(scores.precision()).isCloseTo((0.5 + 1 + 0) / 3, within(1e-15));
        assertThat(scores.recall()).isCloseTo((1 + 0.5 + 0) / 3, within(1e-15));
        assertThat(scores.f1()).isCloseTo((4 / 6.0 + 2 / 3.0 + 0) / 3, within(1e-15));
    }

    @Test
    void nothing_of_class_one_scores_zero_not_a_division_by_zero() {
        Classification scores = Classification.of(new long[][] {{5, 0}, {0, 0}});

        assertThat(scores).isEqualTo(new Classification(1, 0, 0, 0));
    }
}
