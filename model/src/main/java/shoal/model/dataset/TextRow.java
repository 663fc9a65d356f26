package shoal.model.dataset;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Require;

/**
 * One labelled text.
 *
 * @param line in its file, counts from 1
 * @param label from 0
 * @param text without white space at its end; may be empty
 */
public record TextRow(int line, int label, String text) {
    public TextRow {
        Require.atLeast("line", line, 1);
        Require.atLeast("label", label, 0);
        requireNonNull(text, "text");
    }
}
