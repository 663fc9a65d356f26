package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.plan.log.LogRow;
import shoal.plan.log.Selection;
import shoal.plan.log.TrainingLog;
import shoal.plan.scale.Skips;

/**
 * Where a run goes on that was trained elsewhere: what a checkpoint says besides parameters and
 * moments.
 *
 * @param skips steps that were skipped until then, and the loss scale of the next one
 * @param log after the last step that was trained
 * @param history log rows until then
 * @param selection which evaluation was the best
 */
public record ResumePoint(Skips skips, TrainingLog log, List<LogRow> history, Selection selection) {
    public ResumePoint {
        requireNonNull(skips, "skips");
        requireNonNull(log, "log");
        history = List.copyOf(history);
        requireNonNull(selection, "selection");
    }

    /** Of a run that has skipped nothing and scales no loss. */
    public ResumePoint(TrainingLog log, List<LogRow> history, Selection selection) {
        this(Skips.none(), log, history, selection);
    }

    /** The last step that was trained. */
    public int step() {
        return log.step();
    }
}
