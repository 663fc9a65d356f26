/**
 * Which rows a step reads, how they are dealt to the leaves of the reduction tree, and in which
 * order sums are taken.
 *
 * <p>It knows nothing of workers and lanes: who computes a leaf is schedule.
 *
 * <p>Read next: {@link shoal.plan.step.TrainingPlan}.
 */
@NullMarked
package shoal.plan.step;

import org.jspecify.annotations.NullMarked;
