package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** Commits steps: once, in order, with factors that never change again. */
final class Steps {
    private final Draft draft;

    Steps(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    void reduced(Run run, WorkerReport.Reduced report) {
        if (run.stage() != Stage.STEPPING || report.step() != run.step() + 1) {
            draft.drop(DropReason.OTHER_STEP);
            return;
        }
        Optional<String> trouble = notFinite(report);
        if (trouble.isPresent()) {
            new Endings(draft)
                    .end(
                            run,
                            Cause.TROUBLE,
                            new RunEvent.StatusChanged(
                                    RunStatus.FAILED, trouble.get(), List.of(), false));
            return;
        }
        Course course = run.phase().attempt().orElseThrow().course();
        Commit commit = course.commit(report);
        Entry entry = new Entry.StepCommitted(run.fence(), commit, draft.at());
        Stage next = Fold.fold(draft.state(), entry).run(run.name()).stage();
        Run after = draft.move(run, cause(next), entry, "trained " + commit.step() + " steps");
        if (after.stage() == Stage.UPLOADING) {
            after = new Finish(draft).trained(after);
        }
        draft.effect(new Effect.ShowProgress(run.name(), after.progress()));
        new Orders(draft).commitAndFollow(after);
    }

    private static Cause cause(Stage next) {
        return switch (next) {
            case STEPPING -> Cause.COMMITTED;
            case EVALUATING -> Cause.COMMITTED_BEFORE_EVALUATION;
            case UPLOADING -> Cause.COMMITTED_LAST;
            case QUEUED, STARTING, SEALING, DONE, FAILED, CANCELLED ->
                    throw new IllegalStateException("a commit leads to " + next);
        };
    }

    /** HF would go on and write a model of NaN; a run here stops and says where it began. */
    private static Optional<String> notFinite(WorkerReport.Reduced report) {
        if (report.nonFinite().isPresent()) {
            return Optional.of(
                    "the gradient of step "
                            + report.step()
                            + " is not finite in block "
                            + report.nonFinite().get().block()
                            + " of unit "
                            + report.nonFinite().get().unit()
                            + ". Lower the learning rate, or set max_grad_norm");
        }
        if (!Double.isFinite(report.squaredNorm()) || !Double.isFinite(report.loss())) {
            return Optional.of(
                    "step "
                            + report.step()
                            + " has loss "
                            + report.loss()
                            + " and squared gradient norm "
                            + report.squaredNorm()
                            + "; both must be finite. Lower the learning rate, or set"
                            + " max_grad_norm");
        }
        return Optional.empty();
    }
}
