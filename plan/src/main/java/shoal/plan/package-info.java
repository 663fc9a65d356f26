/**
 * Pure functions from recipes and row counts to decisions: which rows a step reads, how they are
 * dealt to leaves and leaves to workers, in which order gradients are added, who owns which blocks,
 * what the learning rate is, when a run logs and what, how good its predictions are, how many bytes
 * it needs.
 *
 * <p>Coordinator and workers compute the same plan from the same recipe. No I/O, clock, thread or
 * random source.
 *
 * <p>Read next: {@link shoal.plan.step.TrainingPlan}, then {@link shoal.plan.log.Milestones}.
 */
@NullMarked
package shoal.plan;

import org.jspecify.annotations.NullMarked;
