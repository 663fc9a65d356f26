/**
 * Evaluation on a worker: every evaluation row once, in row order, cut by the recipe's evaluation
 * batches only.
 *
 * <p>Knows rows and engine; metrics are the coordinator's.
 */
@NullMarked
package shoal.worker.evaluate;

import org.jspecify.annotations.NullMarked;
