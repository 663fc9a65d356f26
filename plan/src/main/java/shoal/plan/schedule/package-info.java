/**
 * The learning rate of every step.
 *
 * <p>It knows the recipe and the number of steps, nothing of gradients or data.
 *
 * <p>Read next: {@link shoal.plan.schedule.LearningRates}.
 */
@NullMarked
package shoal.plan.schedule;

import org.jspecify.annotations.NullMarked;
