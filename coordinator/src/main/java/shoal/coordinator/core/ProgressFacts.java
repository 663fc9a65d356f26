package shoal.coordinator.core;

/**
 * How far a run is.
 *
 * @param step last committed
 * @param steps of the run
 * @param epoch at that step, as HF logs it
 * @param evaluatedRows of a running evaluation
 * @param evaluationRows of a running evaluation; 0 = none is running
 */
public record ProgressFacts(
        int step, int steps, double epoch, int evaluatedRows, int evaluationRows) {}
