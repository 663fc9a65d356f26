package shoal.model.dataset;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import shoal.recipe.Problems;
import shoal.recipe.Require;

/**
 * The rows of one file, in the order of the file. Never empty; immutable.
 *
 * @param shownName the file as the user wrote it
 * @param rows at least one
 * @param skippedLines lines without a tab
 */
public record DataSet(String shownName, List<TextRow> rows, int skippedLines) {
    public DataSet {
        requireNonNull(shownName, "shownName");
        rows = List.copyOf(rows);
        Require.atLeast("rows.size", rows.size(), 1);
        Require.atLeast("skippedLines", skippedLines, 0);
    }

    /**
     * Reads a file; its format is the package's document.
     *
     * @throws shoal.recipe.UserException with every problem of the file, the first twenty in words
     */
    public static DataSet read(Path file, String shownName) {
        return TsvReader.read(file, shownName);
    }

    /** The largest label of any row. */
    public int largestLabel() {
        int largest = 0;
        for (TextRow row : rows) {
            largest = Math.max(largest, row.label());
        }
        return largest;
    }

    /**
     * Checks that every label is below the number of classes.
     *
     * @param source where the number comes from, in words: "--num_labels", "score.weight"
     * @throws shoal.recipe.UserException naming the lines
     */
    public void requireLabelsBelow(int classes, String source) {
        Problems problems = new Problems();
        for (TextRow row : rows) {
            if (row.label() >= classes) {
                problems.add(
                        shownName + ":" + row.line(),
                        String.format(
                                "The label is %d, but %s gives %d classes: labels 0 to %d."
                                        + " Correct the label or raise the number of classes.",
                                row.label(), source, classes, classes - 1));
            }
        }
        problems.throwIfAny();
    }

    /** What the user should know of how the file was read. */
    public Optional<String> notice() {
        if (skippedLines == 0) {
            return Optional.empty();
        }
        return Optional.of(
                shownName
                        + ": skipped "
                        + skippedLines
                        + (skippedLines == 1 ? " line" : " lines")
                        + " without a tab between label and text; "
                        + rows.size()
                        + " rows read.");
    }
}
