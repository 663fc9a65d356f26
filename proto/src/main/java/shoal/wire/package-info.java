/**
 * What carries the wire contract: channels and servers with their limits and deadlines, tokens and
 * the metadata they travel in.
 *
 * <p>Knows no run, step or model. The contract itself is in the {@code .proto} files.
 */
@NullMarked
package shoal.wire;

import org.jspecify.annotations.NullMarked;
