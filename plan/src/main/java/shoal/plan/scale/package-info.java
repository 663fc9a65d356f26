/**
 * The loss scale of every step.
 *
 * <p>It knows how a scale moves, nothing of gradients: whether a step overflowed is told.
 *
 * <p>Read next: {@link shoal.plan.scale.LossScale}.
 */
@NullMarked
package shoal.plan.scale;

import org.jspecify.annotations.NullMarked;
