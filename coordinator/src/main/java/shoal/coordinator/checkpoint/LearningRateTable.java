package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import shoal.coordinator.core.Course;
import shoal.model.json.PythonNumber;
import shoal.plan.schedule.LearningRates;
import shoal.recipe.BatchRecipe;

/**
 * The rate that each step of a run logs, as DeepSpeed's csv_monitor writes it (deepspeed 0.19.8
 * monitor/csv_monitor.py, runtime/engine.py): Python's csv with CRLF; first the rows of all full
 * steps so far, then the rate as {@code repr} writes it. A step that an epoch's end cuts short
 * counts as a full one there.
 *
 * @param course of the run
 * @param steps that were done
 */
record LearningRateTable(Course course, int steps) {
    private static final String LINE_END = "\r\n";

    LearningRateTable {
        requireNonNull(course, "course");
    }

    String csv() {
        LearningRates rates = LearningRates.of(course.recipe(), course.plan());
        BatchRecipe batch = course.recipe().batch();
        long rowsPerStep = (long) batch.trainRowsPerDevice() * batch.accumulation() * batch.ranks();
        StringBuilder text = new StringBuilder("step,lr" + LINE_END);
        for (int step = 1; step <= steps; step++) {
            text.append(step * rowsPerStep)
                    .append(',')
                    .append(PythonNumber.repr(rates.loggedAt(step)))
                    .append(LINE_END);
        }
        return text.toString();
    }
}
