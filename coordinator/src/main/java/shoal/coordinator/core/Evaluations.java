package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import shoal.plan.metric.EvaluationTally;
import shoal.plan.step.EvaluationDeal;

/**
 * Counts evaluation rows: a numbered barrier at the end of a step. Each row is counted once and in
 * row order, whoever computed it, or the evaluation does not count.
 */
final class Evaluations {
    private final Draft draft;

    Evaluations(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    void evaluated(Run run, int index, WorkerReport.Evaluated report) {
        if (run.stage() != Stage.EVALUATING || report.step() != run.step()) {
            draft.drop(DropReason.OTHER_STEP);
            return;
        }
        Attempt attempt = run.phase().attempt().orElseThrow();
        EvaluationRound before = run.phase().evaluation().orElseThrow();
        EvaluationPart part = report.part();
        EvaluationDeal.Rows own = before.ranges().get(index);
        EvaluationRound begun =
                part.firstRow() == own.from() && !before.isFinished(index)
                        ? before.restarted(index)
                        : before;
        if (before.isFinished(index) || part.firstRow() != begun.nextRow(index)) {
            draft.drop(DropReason.OUT_OF_ORDER);
            return;
        }
        LoadFacts facts = attempt.course().facts();
        Optional<String> problem = problem(own, report).or(() -> classProblem(facts, part));
        if (problem.isPresent()) {
            fail(run, problem.get());
            return;
        }
        EvaluationRound counted = begun.with(index, part);
        EvaluationRound round =
                report.secondsAtLast().map(taken -> counted.finished(index, taken)).orElse(counted);
        if (round.isWhole()) {
            finish(run, round.counted(), round.slowest());
        } else {
            draft.put(run.with(new Phase.Evaluating(attempt, round)));
            draft.effect(
                    new Effect.ShowProgress(
                            run.name(), progress(run, round.rows(), facts.evaluationRows())));
        }
    }

    private void finish(Run run, EvaluationTally tally, double seconds) {
        Entry entry =
                new Entry.Evaluated(run.fence(), run.step(), tally.result(), Math.max(0, seconds));
        Stage next = Fold.fold(draft.state(), entry).run(run.name()).stage();
        Run after = draft.move(run, cause(next), entry, "evaluated at step " + run.step());
        if (next == Stage.UPLOADING) {
            after = new Finish(draft).trained(after);
        }
        draft.effect(new Effect.ShowProgress(run.name(), after.progress()));
        new Orders(draft).follow(after);
    }

    private static Cause cause(Stage next) {
        return switch (next) {
            case STEPPING -> Cause.EVALUATED;
            case SAVING -> Cause.EVALUATED_BEFORE_SAVE;
            case UPLOADING -> Cause.EVALUATED_LAST;
            case QUEUED, STARTING, EVALUATING, SEALING, DONE, FAILED, CANCELLED ->
                    throw new IllegalStateException("an evaluation leads to " + next);
        };
    }

    /** What is wrong with a worker's rows that no repetition mends. */
    private static Optional<String> problem(
            EvaluationDeal.Rows own, WorkerReport.Evaluated report) {
        long end = (long) report.part().firstRow() + report.part().rows();
        if (end > own.to() || (report.secondsAtLast().isPresent() && end < own.to())) {
            return Optional.of(
                    "the worker evaluated rows up to "
                            + end
                            + " of rows "
                            + own.from()
                            + " to "
                            + own.to()
                            + "; each must count exactly once");
        }
        return report.secondsAtLast()
                .filter(taken -> !Double.isFinite(taken))
                .map(taken -> "the worker says that the evaluation took " + taken + " seconds");
    }

    private static Optional<String> classProblem(LoadFacts facts, EvaluationPart part) {
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
        return Optional.empty();
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
