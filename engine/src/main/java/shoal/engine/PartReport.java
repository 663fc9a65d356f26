package shoal.engine;

import java.util.Comparator;
import java.util.List;

/**
 * What is known after the backward of one worker's part of a step.
 *
 * @param losses of the rows computed here, by row number
 * @param tokens computed here
 */
public record PartReport(List<RowLoss> losses, int tokens) {
    public PartReport {
        losses = losses.stream().sorted(Comparator.comparingInt(RowLoss::row)).toList();
    }
}
