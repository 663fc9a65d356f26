/**
 * The arithmetic of one worker: forward and backward over leaves, the reduced gradient, the update,
 * evaluation.
 *
 * <p>{@link shoal.engine.TrainingEngine} is the seam; {@code shoal.engine.djl} is its only
 * implementation and the only importer of {@code ai.djl} tensors.
 */
@NullMarked
package shoal.engine;

import org.jspecify.annotations.NullMarked;
