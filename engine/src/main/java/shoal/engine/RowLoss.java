package shoal.engine;

/**
 * A row's part of a step's loss.
 *
 * @param row its number in the data file
 * @param weight what it counts
 * @param loss of its label
 */
public record RowLoss(int row, double weight, float loss) {
    /** What it adds to the step's loss. */
    public double term() {
        return weight * loss;
    }
}
