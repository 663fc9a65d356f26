/**
 * Which rows a step reads, how they are dealt to the leaves of the reduction tree, and in which
 * order sums are taken.
 *
 * <p>What is computed does not depend on workers and lanes. Who computes it is schedule, and only
 * {@link shoal.plan.step.LeafDeal} says so.
 *
 * <p>Read next: {@link shoal.plan.step.TrainingPlan}.
 */
@NullMarked
package shoal.plan.step;

import org.jspecify.annotations.NullMarked;
