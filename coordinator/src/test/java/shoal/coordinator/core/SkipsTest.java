package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.TestReports;
import shoal.plan.log.LogRow;
import shoal.plan.scale.LossScale;
import shoal.plan.scale.Skips;
import shoal.recipe.LossScaling;
import shoal.recipe.PrecisionRecipe;
import shoal.recipe.Recipe;

/** Steps whose gradient is not finite, in recipes that skip them. */
final class SkipsTest {
    private static final LossScaling.Delayed DELAYED =
            new LossScaling.Delayed(4, 1, 2, 1, false, true);

    private final Lab lab = new Lab();

    @Test
    void a_skipped_step_counts_and_moves_neither_schedule_nor_updates() {
        stepping(PrecisionRecipe.fp16());

        assertThat(lab.told()).containsExactly(new Command.OpenStep(lab.fence("r"), 1, 65_536));

        lab.report("w1", overflow(1));

        Commit skipped = commits().get(0);
        Skips after = new Skips(new LossScale(32_768, 0, 1), 1);
        assertThat(skipped.skipped()).isTrue();
        assertThat(skipped.norm()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(skipped.loss()).isEqualTo(0.5);
        assertThat(lab.told())
                .containsExactly(new Command.CommitStep(lab.fence("r"), skipped, after, true));
        assertThat(after.updates(1)).isZero();

        lab.report("w1", TestReports.reduced(lab.fence("r"), 2, 0.25, 4.0 * 0x1p30));

        Commit good = commits().get(1);
        assertThat(good.norm()).isEqualTo(2.0);
        assertThat(good.clip()).isEqualTo(1.0 / (2.0 + 1e-6) / 32_768);
        assertThat(good.learningRate()).isEqualTo(1e-3);
        assertThat(rows())
                .extracting(row -> row.number("grad_norm"), row -> row.number("learning_rate"))
                .containsExactly(
                        tuple(OptionalDouble.of(Double.POSITIVE_INFINITY), OptionalDouble.of(1e-3)),
                        tuple(OptionalDouble.of(2.0), OptionalDouble.of(1e-3)));

        lab.report("w1", TestReports.reduced(lab.fence("r"), 3, 0.25, 0x1p30));

        assertThat(commits().get(2).learningRate()).isEqualTo(1e-3 * 3 / 4);
    }

    @Test
    void what_is_stored_gives_the_same_scale_again() {
        stepping(PrecisionRecipe.fp16());
        lab.report("w1", overflow(1)).report("w1", overflow(2));

        lab.restart();

        assertThat(ledger().skips()).isEqualTo(new Skips(new LossScale(16_384, 0, 1), 2));
    }

    @Test
    void a_step_is_skipped_when_all_members_have_reduced_it() {
        Recipe recipe = TestRecipes.ofTwoRanks().withPrecision(PrecisionRecipe.fp16());
        lab.attach("w1").attach("w2").submit("r", recipe, new Demand(2, 2, Demand.ONE.patience()));
        lab.ready("w1", "r", 0, 0).ready("w2", "r", 0, 0);
        StepSums first = TestReports.part(1, 0, 2);
        StepSums bad =
                new StepSums(
                        first.rows(),
                        first.lossTerms(),
                        first.squares(),
                        first.tokens(),
                        first.flos(),
                        Optional.of(new StepSums.BlockPlace("head", 0)),
                        first.deal());

        lab.report("w1", new WorkerReport.Reduced(lab.fence("r"), 1, bad));

        assertThat(commits()).isEmpty();
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);

        lab.part("w2", "r", 1, 1, 2);

        assertThat(commits()).extracting(Commit::skipped).containsExactly(true);
        assertThat(commits().get(0).loss()).isEqualTo(TestReports.loss(1));
    }

    @Test
    void a_scale_that_cannot_fall_ends_the_run() {
        stepping(pure(DELAYED));

        lab.report("w1", overflow(1)).report("w1", overflow(2));

        assertThat(commits()).extracting(Commit::skipped).containsExactly(true);
        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(lab.state().ended().find(new RunName("r")).orElseThrow().reason())
                .isEqualTo(
                        "the gradient of step 2 is not finite with a loss scale of 2.0, which is"
                                + " the least. Lower the learning rate, or use bf16");
    }

    @Test
    void deepspeed_divides_by_the_scale_of_the_next_step() {
        stepping(pure(DELAYED));

        lab.report("w1", TestReports.reduced(lab.fence("r"), 1, 0.5, 16 * 4));
        lab.report("w1", TestReports.reduced(lab.fence("r"), 2, 0.5, 16 * 4));

        assertThat(commits().get(0).clip()).isEqualTo(1.0 / (2.0 + 1e-6) / 4);
        // The window of one good step is over: the scale doubles before it is undone.
        assertThat(commits().get(1).clip()).isEqualTo(1.0 / (1.0 + 1e-6) / 8);
        assertThat(commits().get(1).norm()).isEqualTo(2.0);
    }

    @Test
    void overflows_are_skipped_without_a_scale_too() {
        stepping(
                new PrecisionRecipe(
                        PrecisionRecipe.Arithmetic.PURE_BF16,
                        LossScaling.none(),
                        true,
                        PrecisionRecipe.Type.BF16,
                        PrecisionRecipe.Type.BF16));

        lab.report("w1", overflow(1)).report("w1", overflow(2));

        assertThat(commits()).extracting(Commit::skipped).containsExactly(true, true);
        assertThat(lab.told().get(0))
                .isEqualTo(
                        new Command.CommitStep(
                                lab.fence("r"),
                                commits().get(1),
                                new Skips(LossScale.first(LossScaling.none()), 2),
                                true));
    }

    private void stepping(PrecisionRecipe precision) {
        lab.attach("w1")
                .submit("r", TestRecipes.of(4, 1, 0).withPrecision(precision))
                .ready("w1", "r", 0, 0);
    }

    private static PrecisionRecipe pure(LossScaling scaling) {
        return new PrecisionRecipe(
                PrecisionRecipe.Arithmetic.PURE_FP16,
                scaling,
                true,
                PrecisionRecipe.Type.FP16,
                PrecisionRecipe.Type.FP16);
    }

    private WorkerReport.Reduced overflow(int step) {
        return new WorkerReport.Reduced(
                lab.fence("r"),
                step,
                TestReports.whole(
                        0.5,
                        TestReports.exact(0),
                        Optional.of(new StepSums.BlockPlace("layer 3", 17))));
    }

    private List<Commit> commits() {
        return lab.entries().stream()
                .filter(Entry.StepCommitted.class::isInstance)
                .map(Entry.StepCommitted.class::cast)
                .map(Entry.StepCommitted::commit)
                .toList();
    }

    private Ledger ledger() {
        Run run = lab.state().runs().find(new RunName("r")).orElseThrow();
        return run.phase().attempt().orElseThrow().ledger();
    }

    private List<LogRow> rows() {
        return ledger().history();
    }
}
