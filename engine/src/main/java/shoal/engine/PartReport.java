package shoal.engine;

import java.util.List;

/**
 * What is known after the backward of one worker's part of a step.
 *
 * @param losses of the rows computed here
 * @param tokens computed here
 */
public record PartReport(List<RowLoss> losses, int tokens) {
    public PartReport {
        losses = List.copyOf(losses);
    }
}
