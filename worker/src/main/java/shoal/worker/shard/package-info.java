/**
 * A worker's own ranges: sums of gradients come in from all workers and are added in tree order,
 * reduced gradients and parameters go out, checkpoints are streamed. {@link
 * shoal.worker.shard.Together} is the page to read.
 *
 * <p>Knows engine, plan and exchange; no session, no decision.
 */
@NullMarked
package shoal.worker.shard;

import org.jspecify.annotations.NullMarked;
