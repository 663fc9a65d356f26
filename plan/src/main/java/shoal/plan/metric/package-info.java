/**
 * How good a classifier's predictions are, in scikit-learn's and HF's numbers.
 *
 * <p>It knows labels, predictions and losses, nothing of models or steps.
 *
 * <p>Read next: {@link shoal.plan.metric.EvaluationTally}.
 */
@NullMarked
package shoal.plan.metric;

import org.jspecify.annotations.NullMarked;
