package shoal.coordinator.core;

import shoal.recipe.Require;

/**
 * Losses, predictions and labels of consecutive evaluation rows.
 *
 * @param firstRow number of the first
 * @param losses one per row
 * @param predictions one per row
 * @param labels one per row
 */
@SuppressWarnings("ArrayRecordComponent") // made once per message, never changed
public record EvaluationPart(int firstRow, float[] losses, int[] predictions, int[] labels) {
    public EvaluationPart {
        Require.atLeast("firstRow", firstRow, 0);
        if (predictions.length != losses.length || labels.length != losses.length) {
            throw new IllegalArgumentException(
                    losses.length
                            + " losses, "
                            + predictions.length
                            + " predictions and "
                            + labels.length
                            + " labels; expected as many of each");
        }
    }

    public int rows() {
        return losses.length;
    }
}
