package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.plan.log.LogRow;
import shoal.plan.log.Selection;
import shoal.plan.log.TrainingLog;

/**
 * Where a run goes on that was trained elsewhere: what a checkpoint says besides parameters and
 * moments.
 *
 * @param log after the last step that was trained
 * @param history log rows until then
 * @param selection which evaluation was the best
 */
public record ResumePoint(TrainingLog log, List<LogRow> history, Selection selection) {
    public ResumePoint {
        requireNonNull(log, "log");
        history = List.copyOf(history);
        requireNonNull(selection, "selection");
    }

    /** The last step that was trained. */
    public int step() {
        return log.step();
    }
}
