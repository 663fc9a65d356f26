/**
 * What carries the wire contract: channels and servers with their limits and deadlines, tokens and
 * the metadata they travel in; frames of tensor values between workers.
 *
 * <p>Knows no model and judges no step: what a frame means is for its two ends. The contract itself
 * is in the {@code .proto} files.
 */
@NullMarked
package shoal.wire;

import org.jspecify.annotations.NullMarked;
