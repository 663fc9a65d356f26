/**
 * A small HTTP listener for those who keep the coordinator running: is it alive, does it serve.
 *
 * <p>The only importer of Vert.x. Knows nothing of runs and workers.
 */
@NullMarked
package shoal.coordinator.http;

import org.jspecify.annotations.NullMarked;
