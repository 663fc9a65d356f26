/** The learning rate of every step. */
@NullMarked
package shoal.plan.schedule;

import org.jspecify.annotations.NullMarked;
