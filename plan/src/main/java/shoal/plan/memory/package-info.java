/**
 * How many bytes a worker needs for a run.
 *
 * <p>Counted from shapes, before anything is allocated; it measures nothing and knows no machine.
 *
 * <p>Read next: {@link shoal.plan.memory.MemoryEstimate}.
 */
@NullMarked
package shoal.plan.memory;

import org.jspecify.annotations.NullMarked;
