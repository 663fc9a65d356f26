/**
 * Translates between the wire contract's messages and the core's records. What a peer sent is
 * checked here: a record that comes out is well formed.
 *
 * <p>Knows no stream, thread or table; the gRPC adapter and the store both use it.
 */
@NullMarked
package shoal.coordinator.message;

import org.jspecify.annotations.NullMarked;
