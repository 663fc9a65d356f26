/**
 * Moves ranges of units between the workers of one (run, generation): design section 4.
 *
 * <p>{@link shoal.worker.exchange.Exchange} is all that the step loop and the shard owners see;
 * what a range means, who owns it and what is added to what is theirs. This package knows no model,
 * no step order and no reduction tree.
 *
 * <p>{@link shoal.worker.exchange.PeerWays} decides how values get over: behind their frame on the
 * stream, through shared memory, or through NCCL. The stream orders and credits them all.
 */
@NullMarked
package shoal.worker.exchange;

import org.jspecify.annotations.NullMarked;
