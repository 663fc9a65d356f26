/**
 * Who owns which blocks of a model: the ranges that a worker reduces, updates and sends.
 *
 * <p>A function of the parameter table and the number of workers, so that nobody needs to be told.
 * It knows nothing of sessions, steps and leaves: who computes a leaf is {@link
 * shoal.plan.step.LeafDeal}.
 *
 * <p>Read next: {@link shoal.plan.shard.ShardMap}.
 */
@NullMarked
package shoal.plan.shard;

import org.jspecify.annotations.NullMarked;
