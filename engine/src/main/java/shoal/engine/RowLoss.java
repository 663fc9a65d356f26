package shoal.engine;

import java.util.Comparator;
import java.util.List;

/**
 * A row's part of a step's loss.
 *
 * @param row its number in the data file
 * @param weight what it counts
 * @param loss of its label
 */
public record RowLoss(int row, double weight, float loss) {
    /** The loss of a step: added in row-number order, so that neither slices nor ranks matter. */
    public static double total(List<RowLoss> losses) {
        double total = 0;
        for (RowLoss loss :
                losses.stream().sorted(Comparator.comparingInt(RowLoss::row)).toList()) {
            total += loss.weight * loss.loss;
        }
        return total;
    }
}
