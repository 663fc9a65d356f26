package shoal.coordinator.core;

import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * What a worker found in a run's files.
 *
 * @param trainRows rows to learn from, at least 1
 * @param evaluationRows rows to evaluate on; 0 = none
 * @param labels classes of the model
 * @param parameters elements, padding not counted
 */
public record LoadFacts(int trainRows, int evaluationRows, int labels, long parameters) {
    public LoadFacts {
        Require.range("trainRows", trainRows, 1, Limits.ROWS);
        Require.range("evaluationRows", evaluationRows, 0, Limits.ROWS);
        Require.range("labels", labels, 1, Limits.LABELS);
        Require.atLeast("parameters", parameters, 1);
    }
}
