package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import shoal.plan.metric.EvaluationTally;

/**
 * Counts evaluation rows: a numbered barrier at the end of a step. Each row is counted once and in
 * order, or the evaluation does not count.
 */
final class Evaluations {
    private final Draft draft;

    Evaluations(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    void evaluated(Run run, WorkerReport.Evaluated report) {
        if (run.stage() != Stage.EVALUATING || report.step() != run.step()) {
            draft.drop(DropReason.OTHER_STEP);
            return;
        }
        Attempt attempt = run.phase().attempt().orElseThrow();
        Course course = attempt.course();
        EvaluationPart part = report.part();
        EvaluationTally tally =
                part.firstRow() == 0
                        ? course.emptyTally()
                        : run.phase().tally().orElseThrow().copy();
        if (part.firstRow() != tally.rows()) {
            draft.drop(DropReason.OUT_OF_ORDER);
            return;
        }
        Optional<String> problem = problem(course.facts(), part, report.secondsAtLast());
        if (problem.isPresent()) {
            fail(run, problem.get());
            return;
        }
        for (int i = 0; i < part.rows(); i++) {
            tally.add(part.losses()[i], part.predictions()[i], part.labels()[i]);
        }
        if (report.secondsAtLast().isPresent()) {
            finish(run, tally, report.secondsAtLast().get());
        } else {
            draft.put(run.with(new Phase.Evaluating(attempt, tally)));
            draft.effect(
                    new Effect.ShowProgress(
                            run.name(),
                            progress(run, tally.rows(), course.facts().evaluationRows())));
        }
    }

    private void finish(Run run, EvaluationTally tally, double seconds) {
        Entry entry =
                new Entry.Evaluated(run.fence(), run.step(), tally.result(), Math.max(0, seconds));
        boolean last = run.step() == run.steps();
        Run after =
                draft.move(
                        run,
                        last ? Cause.EVALUATED_LAST : Cause.EVALUATED,
                        entry,
                        "evaluated at step " + run.step());
        if (last) {
            after = new Finish(draft).trained(after);
        }
        draft.effect(new Effect.ShowProgress(run.name(), after.progress()));
        new Orders(draft).follow(after);
    }

    /** What is wrong with rows that no repetition mends. */
    private static Optional<String> problem(
            LoadFacts facts, EvaluationPart part, Optional<Double> seconds) {
        long end = (long) part.firstRow() + part.rows();
        if (end > facts.evaluationRows() || (seconds.isPresent() && end < facts.evaluationRows())) {
            return Optional.of(
                    "the worker evaluated "
                            + end
                            + " rows of "
                            + facts.evaluationRows()
                            + "; each must count exactly once");
        }
        for (int i = 0; i < part.rows(); i++) {
            int most = Math.max(part.predictions()[i], part.labels()[i]);
            int least = Math.min(part.predictions()[i], part.labels()[i]);
            if (least < 0 || most >= facts.labels()) {
                return Optional.of(
                        "evaluation row "
                                + (part.firstRow() + i)
                                + " has label "
                                + part.labels()[i]
                                + " and prediction "
                                + part.predictions()[i]
                                + ", but the model has "
                                + facts.labels()
                                + " classes");
            }
        }
        return seconds.filter(taken -> !Double.isFinite(taken))
                .map(taken -> "the worker says that the evaluation took " + taken + " seconds");
    }

    private void fail(Run run, String reason) {
        new Endings(draft)
                .end(
                        run,
                        Cause.TROUBLE,
                        new RunEvent.StatusChanged(RunStatus.FAILED, reason, List.of(), false));
    }

    private static ProgressFacts progress(Run run, int rows, int ofRows) {
        ProgressFacts at = run.progress();
        return new ProgressFacts(at.step(), at.steps(), at.epoch(), rows, ofRows);
    }
}
