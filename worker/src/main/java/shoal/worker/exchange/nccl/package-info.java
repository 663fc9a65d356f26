/**
 * NCCL between two workers, each with a CUDA device of its own: bytes go from staging memory of one
 * device to that of the other. Nothing native is loaded before {@link
 * shoal.worker.exchange.nccl.CudaNccl#open}.
 *
 * <p>{@link shoal.worker.exchange.nccl.Nccl} is all that the exchange sees. This package knows no
 * range, no credit and no peer; why it is bound as it is: docs/decisions/0015-nccl.md.
 */
@NullMarked
package shoal.worker.exchange.nccl;

import org.jspecify.annotations.NullMarked;
