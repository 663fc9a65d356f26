package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import shoal.plan.scale.Skips;
import shoal.recipe.LossScaling;

/** Commits steps: once, in order, with factors that never change again. */
final class Steps {
    private final Draft draft;

    Steps(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    /** A member's part of a step; with the last one, the step is decided. */
    void reduced(Run run, int index, WorkerReport.Reduced report) {
        if (run.stage() != Stage.STEPPING || report.step() != run.step() + 1) {
            draft.drop(DropReason.OTHER_STEP);
            return;
        }
        if (run.phase().measuring().isPresent()) {
            new Orders(draft).measure(run, index); // It dialled again, or was told twice.
            return;
        }
        Attempt attempt = run.phase().attempt().orElseThrow();
        Optional<String> notFinite =
                notFinite("gradient", report.step(), report.sums().nonFinite());
        if (notFinite.isPresent() && !attempt.course().recipe().precision().skips()) {
            fail(run, notFinite.get());
            return;
        }
        Gathered<StepSums> parts = run.phase().parts().with(index, report.sums());
        if (parts.isWhole(attempt.crew())) {
            decide(run, attempt, parts);
        } else {
            draft.put(run.with(new Phase.Stepping(attempt, parts, Optional.empty())));
        }
    }

    /** What a member measured of a step; with the last one, the step is decided. */
    void measured(Run run, int index, WorkerReport.Measured report) {
        Optional<Measuring> current = run.phase().measuring();
        if (current.isEmpty() || report.step() != run.step() + 1) {
            draft.drop(DropReason.OTHER_STEP);
            return;
        }
        Optional<String> notFinite = notFinite("update", report.step(), report.nonFinite());
        if (notFinite.isPresent()) {
            fail(run, notFinite.get());
            return;
        }
        Attempt attempt = run.phase().attempt().orElseThrow();
        Measuring measuring = current.get().with(index, report);
        if (!measuring.parts().isWhole(attempt.crew())) {
            draft.put(
                    run.with(
                            new Phase.Stepping(
                                    attempt, run.phase().parts(), Optional.of(measuring))));
            return;
        }
        Optional<String> problem = measuring.problem(attempt.course().recipe().optimizer().rule());
        if (problem.isPresent()) {
            fail(run, problem.get());
        } else {
            commit(run, attempt.course().measured(measuring));
        }
    }

    private void decide(Run run, Attempt attempt, Gathered<StepSums> parts) {
        int step = run.step() + 1;
        Course course = attempt.course();
        StepTotal total = StepTotal.of(parts.values());
        Skips skips = attempt.ledger().skips();
        Optional<String> trouble =
                StepTotal.problem(parts.values(), course.plan().rowsIn(step))
                        .or(() -> notFinite(step, total))
                        .or(() -> course.rateProblem(step, skips));
        if (trouble.isPresent()) {
            fail(run, trouble.get());
            return;
        }
        if (parts.values().stream().anyMatch(part -> part.nonFinite().isPresent())) {
            skip(run, course.skip(step, total, skips), skips);
            return;
        }
        Commit commit = course.commit(step, total, skips);
        if (course.measures(step)) {
            Run measured =
                    run.with(
                            new Phase.Stepping(attempt, parts, Optional.of(new Measuring(commit))));
            draft.put(measured);
            new Orders(draft).measure(measured);
        } else {
            commit(run, commit);
        }
    }

    /** Commits a step that changes no parameter, where a lower loss scale is left to try. */
    private void skip(Run run, Commit commit, Skips skips) {
        LossScaling scaling = run.spec().recipe().precision().scaling();
        if (!skips.scale().isExhausted(scaling)) {
            commit(run, commit);
            return;
        }
        fail(
                run,
                "the gradient of step "
                        + commit.step()
                        + " is not finite with a loss scale of "
                        + skips.scale().scale()
                        + ", which is the least. Lower the learning rate, or use bf16");
    }

    private void commit(Run run, Commit commit) {
        Optional<String> change =
                run.recovery().earlier(commit.step()).flatMap(earlier -> change(earlier, commit));
        if (change.isPresent()) {
            fail(run, change.get());
            return;
        }
        Entry entry = new Entry.StepCommitted(run.fence(), commit, draft.at());
        Stage next = Fold.fold(draft.state(), entry).run(run.name()).stage();
        Run after = draft.move(run, cause(next), entry, "trained " + commit.step() + " steps");
        if (after.stage() == Stage.UPLOADING) {
            after = new Finish(draft).trained(after);
        }
        draft.effect(new Effect.ShowProgress(run.name(), after.progress()));
        new Orders(draft).commitAndFollow(after);
    }

    private void fail(Run run, String reason) {
        new Endings(draft)
                .end(
                        run,
                        Cause.TROUBLE,
                        new RunEvent.StatusChanged(RunStatus.FAILED, reason, List.of(), false));
    }

    private static Cause cause(Stage next) {
        return switch (next) {
            case STEPPING -> Cause.COMMITTED;
            case EVALUATING -> Cause.COMMITTED_BEFORE_EVALUATION;
            case SAVING -> Cause.COMMITTED_BEFORE_SAVE;
            case UPLOADING -> Cause.COMMITTED_LAST;
            case QUEUED, STARTING, SEALING, DONE, FAILED, CANCELLED ->
                    throw new IllegalStateException("a commit leads to " + next);
        };
    }

    /** A step that is done again must give the bits that are stored. */
    private static Optional<String> change(Commit earlier, Commit now) {
        boolean same =
                same(earlier.loss(), now.loss())
                        && same(earlier.norm(), now.norm())
                        && earlier.skipped() == now.skipped();
        if (same && !earlier.ratios().equals(now.ratios())) {
            return Optional.of(
                    "step "
                            + now.step()
                            + " was done again after a worker was lost, and gave other trust"
                            + " ratios than those stored. The workers do not compute alike: give"
                            + " the run one CPU type");
        }
        return same
                ? Optional.empty()
                : Optional.of(
                        "step "
                                + now.step()
                                + " was done again after a worker was lost, and gave loss "
                                + now.loss()
                                + " and gradient norm "
                                + now.norm()
                                + "; stored are "
                                + earlier.loss()
                                + " and "
                                + earlier.norm()
                                + ". The workers do not compute alike: give the run one CPU type");
    }

    private static boolean same(double one, double other) {
        return Double.doubleToLongBits(one) == Double.doubleToLongBits(other);
    }

    /** HF would go on and write a model of NaN; a run here stops and says where it began. */
    private static Optional<String> notFinite(
            String what, int step, Optional<StepSums.BlockPlace> where) {
        return where.map(
                place ->
                        "the "
                                + what
                                + " of step "
                                + step
                                + " is not finite in block "
                                + place.block()
                                + " of unit "
                                + place.unit()
                                + ". Lower the learning rate, or set max_grad_norm");
    }

    private static Optional<String> notFinite(int step, StepTotal total) {
        boolean sound =
                Double.isFinite(total.squares())
                        && total.squares() >= 0
                        && Double.isFinite(total.loss());
        return sound
                ? Optional.empty()
                : Optional.of(
                        "step "
                                + step
                                + " has loss "
                                + total.loss()
                                + " and squared gradient norm "
                                + total.squares()
                                + "; both must be finite. Lower the learning rate, or set"
                                + " max_grad_norm");
    }
}
