package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.plan.log.LogRow;
import shoal.plan.log.Milestone;
import shoal.plan.log.TrainingLog;
import shoal.plan.metric.EvaluationResult;

/**
 * What a generation of a run has done so far: the fold of its commits and evaluations.
 *
 * @param startedAt when its files were loaded
 * @param last the last commit
 * @param due milestones of that step that are still to come; an evaluation first, if any
 * @param log what the next log row is made of
 * @param history log rows, in order
 */
public record Ledger(
        Instant startedAt,
        Optional<Commit> last,
        List<Milestone> due,
        TrainingLog log,
        List<LogRow> history) {
    public Ledger {
        requireNonNull(startedAt, "startedAt");
        requireNonNull(last, "last");
        due = List.copyOf(due);
        requireNonNull(log, "log");
        history = List.copyOf(history);
    }

    static Ledger begun(Instant at) {
        return new Ledger(at, Optional.empty(), List.of(), TrainingLog.empty(), List.of());
    }

    /** The last committed step; 0 before the first. */
    public int step() {
        return last.map(Commit::step).orElse(0);
    }

    boolean evaluationIsDue() {
        return !due.isEmpty() && due.get(0) == Milestone.EVALUATE;
    }

    Ledger with(Course course, Commit commit) {
        if (commit.step() != step() + 1 || evaluationIsDue()) {
            throw new IllegalStateException(
                    "commit of step " + commit.step() + " after " + step() + ", due " + due);
        }
        Ledger next =
                new Ledger(
                        startedAt,
                        Optional.of(commit),
                        course.dueAfter(commit.step()),
                        log.commit(course.logged(commit)),
                        history);
        return next.settled(course);
    }

    Ledger with(Course course, EvaluationResult result, double seconds) {
        if (!evaluationIsDue()) {
            throw new IllegalStateException("no evaluation is due at step " + step());
        }
        Ledger next =
                new Ledger(
                        startedAt,
                        last,
                        due.subList(1, due.size()),
                        log,
                        history(course.evaluationRow(result, seconds, step())));
        return next.settled(course);
    }

    Ledger trained(Course course, Instant at) {
        double seconds = Duration.between(startedAt, at).toMillis() / 1_000.0;
        // A clock set back in between must not stop a run that is done.
        LogRow row = course.trainingRow(log, Math.max(0, seconds));
        return new Ledger(startedAt, last, due, log, history(row));
    }

    /** Does what is due until an evaluation is. Checkpoints are not written: there are none yet. */
    private Ledger settled(Course course) {
        Ledger now = this;
        while (!now.due.isEmpty() && !now.evaluationIsDue()) {
            List<Milestone> rest = now.due.subList(1, now.due.size());
            if (now.due.get(0) == Milestone.LOG) {
                LogRow row = now.log.row(course.epochAfter(step()));
                now = new Ledger(startedAt, last, rest, now.log.logged(), now.history(row));
            } else {
                now = new Ledger(startedAt, last, rest, now.log, now.history);
            }
        }
        return now;
    }

    private List<LogRow> history(LogRow row) {
        List<LogRow> longer = new ArrayList<>(history);
        longer.add(row);
        return longer;
    }
}
