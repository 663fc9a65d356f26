package shoal.cli.predict;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import shoal.classifier.Classifier;
import shoal.classifier.Prediction;
import shoal.model.dataset.RowReader;
import shoal.model.dataset.TextRow;
import shoal.plan.metric.EvaluationTally;
import shoal.recipe.Problems;
import shoal.recipe.UserException;

/**
 * Takes rows through a classifier window by window, in their order.
 *
 * <p>Memory is bounded by a window, however many rows there are. Where the rows have labels, what
 * the predictions are worth is counted.
 */
public final class PredictionRun {
    private final Classifier classifier;
    private final OutputFormat format;
    private final ResultSink sink;
    private final boolean labelled;
    private final EvaluationTally tally;
    private int rows;

    /**
     * A run that has not begun.
     *
     * @param labelled whether the rows' labels are ones
     */
    public PredictionRun(
            Classifier classifier, OutputFormat format, ResultSink sink, boolean labelled) {
        this.classifier = requireNonNull(classifier, "classifier");
        this.format = requireNonNull(format, "format");
        this.sink = requireNonNull(sink, "sink");
        this.labelled = labelled;
        this.tally = new EvaluationTally(classifier.labels().size());
    }

    /**
     * Reads a file through and throws all of its problems.
     *
     * @param labels classes of the model, where rows have labels
     * @return rows of the file
     */
    public static int check(RowReader reader, String shownName, Optional<Integer> labels) {
        Problems problems = new Problems();
        int rows = 0;
        for (List<TextRow> next = reader.next(1_024); !next.isEmpty(); next = reader.next(1_024)) {
            rows = Math.addExact(rows, next.size());
            for (TextRow row : next) {
                if (labels.isPresent() && row.label() >= labels.get()) {
                    problems.add(
                            shownName + ":" + row.line(),
                            String.format(
                                    "The label is %d, but the model has %d classes: labels 0 to"
                                            + " %d.",
                                    row.label(), labels.get(), labels.get() - 1));
                }
            }
        }
        try {
            reader.throwIfAny();
        } catch (UserException unreadable) {
            problems.addAll(unreadable);
        }
        problems.throwIfAny();
        return rows;
    }

    /**
     * Classifies all rows.
     *
     * @param window rows at a time, at least 1; never changes a result
     * @param done told how many rows are written, after each window
     * @return false if the reader of the results has gone
     */
    public boolean all(RowReader reader, int window, IntConsumer done) {
        if (!begin()) {
            return false;
        }
        for (List<TextRow> next = reader.next(window);
                !next.isEmpty();
                next = reader.next(window)) {
            reader.throwIfAny();
            if (!window(next)) {
                return false;
            }
            done.accept(rows);
        }
        reader.throwIfAny();
        sink.finish();
        return true;
    }

    /** Classifies a few rows. */
    public void few(List<TextRow> typed) {
        if (begin() && window(typed)) {
            sink.finish();
        }
    }

    /** What the predictions are worth; only of rows with labels, at least one. */
    public Worth worth() {
        return new Worth(tally.rows(), tally.result().metrics());
    }

    private boolean begin() {
        return sink.write(format.header(classifier.labels().size(), labelled));
    }

    private boolean window(List<TextRow> next) {
        List<Prediction> predictions =
                classifier.classify(next.stream().map(TextRow::text).toList());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < next.size(); i++) {
            TextRow row = next.get(i);
            Prediction prediction = predictions.get(i);
            lines.append(format.line(row, prediction, labelled));
            if (labelled) {
                tally.add(0, prediction.label(), row.label()); // the loss is not shown
            }
        }
        rows = Math.addExact(rows, next.size());
        return sink.write(lines.toString());
    }
}
