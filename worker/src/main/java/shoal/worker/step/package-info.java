/**
 * One training step on a worker. {@link shoal.worker.step.StepLoop} is the page to read.
 *
 * <p>Knows the plan, the rows and the engine; no stream, no thread, no decision.
 */
@NullMarked
package shoal.worker.step;

import org.jspecify.annotations.NullMarked;
