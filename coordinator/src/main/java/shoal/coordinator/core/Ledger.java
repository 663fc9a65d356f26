package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.plan.log.LogRow;
import shoal.plan.log.Milestone;
import shoal.plan.log.Selection;
import shoal.plan.log.TrainingLog;
import shoal.plan.metric.EvaluationResult;
import shoal.plan.scale.Skips;
import shoal.recipe.Cadence;

/**
 * What a run has done so far: the fold of its commits, evaluations and checkpoints.
 *
 * @param startedAt when its files were loaded
 * @param last the last commit; empty before the first one here
 * @param due milestones of that step that are still to come; what the run waits for first, if
 *     anything
 * @param skips steps that were skipped, and the loss scale of the next one
 * @param log what the next log row is made of
 * @param history log rows, in order
 * @param selection which evaluation is the best
 */
public record Ledger(
        Instant startedAt,
        Optional<Commit> last,
        List<Milestone> due,
        Skips skips,
        TrainingLog log,
        List<LogRow> history,
        Selection selection) {
    public Ledger {
        requireNonNull(startedAt, "startedAt");
        requireNonNull(last, "last");
        due = List.copyOf(due);
        requireNonNull(skips, "skips");
        requireNonNull(log, "log");
        history = List.copyOf(history);
        requireNonNull(selection, "selection");
    }

    static Ledger begun(Course course, Instant at) {
        return new Ledger(
                at,
                Optional.empty(),
                course.dueBeforeFirst(),
                Skips.first(course.recipe().precision().scaling()),
                TrainingLog.empty(),
                List.of(),
                Selection.none());
    }

    /** Of a run that was trained elsewhere until this position. */
    public static Ledger at(ResumePoint point, Instant at) {
        return new Ledger(
                at,
                Optional.empty(),
                List.of(),
                point.skips(),
                point.log(),
                point.history(),
                point.selection());
    }

    /** This ledger, of a checkpoint, when a worker has loaded it. */
    Ledger resumed(Course course, Instant at) {
        Instant since = last.isPresent() ? startedAt : at;
        return new Ledger(since, last, course.dueAfterSave(this), skips, log, history, selection)
                .settled(course);
    }

    /** The last committed step; 0 before the first. */
    public int step() {
        return log.step();
    }

    /** Whether no step follows. */
    public boolean isOver(Course course) {
        return step() == course.steps() || selection.stopped();
    }

    boolean evaluationIsDue() {
        return waitsFor(Milestone.EVALUATE);
    }

    boolean saveIsDue() {
        return waitsFor(Milestone.SAVE);
    }

    Ledger with(Course course, Commit commit) {
        if (commit.step() != step() + 1 || !due.isEmpty()) {
            throw new IllegalStateException(
                    "commit of step " + commit.step() + " after " + step() + ", due " + due);
        }
        Skips after = skips.after(course.recipe().precision().scaling(), commit.skipped());
        Ledger next =
                new Ledger(
                        startedAt,
                        Optional.of(commit),
                        course.dueAfter(commit.step()),
                        after,
                        log.commit(course.logged(commit, skips, after)),
                        history,
                        selection);
        return next.settled(course);
    }

    Ledger with(Course course, EvaluationResult result, double seconds) {
        if (!evaluationIsDue()) {
            throw new IllegalStateException("no evaluation is due at step " + step());
        }
        LogRow row = course.evaluationRow(result, seconds, step());
        Selection next = selection.evaluated(course.recipe().selection(), row, step());
        List<Milestone> rest = new ArrayList<>(due.subList(1, due.size()));
        if (next.stopped() && !selection.stopped()) {
            rest.addAll(course.dueOnStop(step()));
        }
        boolean savesBest = course.recipe().saving().strategy() == Cadence.Strategy.BEST;
        if (savesBest && step() > 0 && next.bestStep() == step()) {
            rest.add(0, Milestone.SAVE);
        }
        return new Ledger(startedAt, last, rest, skips, log, longer(row), next).settled(course);
    }

    /** After the checkpoint that is due was saved. */
    Ledger saved() {
        if (!saveIsDue()) {
            throw new IllegalStateException("no checkpoint is due at step " + step());
        }
        return new Ledger(
                startedAt,
                last,
                due.subList(1, due.size()),
                skips,
                log,
                history,
                selection.saved(step()));
    }

    Ledger trained(Course course, Instant at) {
        double seconds = Duration.between(startedAt, at).toMillis() / 1_000.0;
        // A clock set back in between must not stop a run that is done.
        LogRow row = course.trainingRow(log, Math.max(0, seconds));
        return new Ledger(startedAt, last, due, skips, log, longer(row), selection);
    }

    /** Writes log rows that are due until the run has to wait for something else that is. */
    Ledger settled(Course course) {
        Ledger now = this;
        while (now.isDue(Milestone.LOG)) {
            List<Milestone> rest = now.due.subList(1, now.due.size());
            if (now.log.loggedStep() == step()) {
                // A step is logged once; one that was trained elsewhere may have been.
                now = new Ledger(startedAt, last, rest, skips, now.log, now.history, selection);
                continue;
            }
            LogRow row = now.log.row(course.epochAfter(step()));
            now =
                    new Ledger(
                            startedAt,
                            last,
                            rest,
                            skips,
                            now.log.logged(),
                            now.longer(row),
                            selection);
        }
        return now;
    }

    /** A log row is not waited for. */
    private boolean waitsFor(Milestone milestone) {
        return due.stream()
                .filter(one -> one != Milestone.LOG)
                .findFirst()
                .filter(one -> one == milestone)
                .isPresent();
    }

    private boolean isDue(Milestone milestone) {
        return !due.isEmpty() && due.get(0) == milestone;
    }

    private List<LogRow> longer(LogRow row) {
        List<LogRow> longer = new ArrayList<>(history);
        longer.add(row);
        return longer;
    }
}
