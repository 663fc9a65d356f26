/**
 * Pure functions from recipes and row counts to decisions: which rows a step reads, how they are
 * dealt to leaves, in which order gradients are added, what the learning rate is.
 *
 * <p>Coordinator and workers compute the same plan from the same recipe. No I/O, clock, thread or
 * random source.
 *
 * <p>Read next: {@code shoal.plan.step}.
 */
@NullMarked
package shoal.plan;

import org.jspecify.annotations.NullMarked;
