/**
 * From parameters on the wire to the output folder of a run.
 *
 * <p>{@code DIR/runs/NAME/model-GENERATION/} links the model files that the run started from while
 * its result is made; parameters are written at their places into a staging folder beside {@code
 * DIR/runs/NAME/output/}, which appears when all is there and durable.
 *
 * <p>Knows nothing of sessions and streams; {@code shoal.model.checkpoint} knows the files.
 *
 * <p>Read next: {@link shoal.coordinator.checkpoint.OutputDesk}.
 */
@NullMarked
package shoal.coordinator.checkpoint;

import org.jspecify.annotations.NullMarked;
