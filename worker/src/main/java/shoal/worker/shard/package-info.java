/**
 * The parameters that a worker owns: sending them to the coordinator. With one worker it owns all.
 *
 * <p>Knows the engine's buffers and one call; no session, no file.
 */
@NullMarked
package shoal.worker.shard;

import org.jspecify.annotations.NullMarked;
