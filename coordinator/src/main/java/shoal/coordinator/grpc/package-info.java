/**
 * The wire contract, served: sessions of workers, uploads of state, files by content, and what
 * clients ask about runs.
 *
 * <p>Every call passes the {@code TokenGate}; every message is checked before it becomes an event.
 * Streams to clients are sent only while they are ready, so that a slow reader costs no memory.
 * Decides nothing: that is the core's.
 *
 * <p>Read next: {@link shoal.coordinator.grpc.GrpcFront}.
 */
@NullMarked
package shoal.coordinator.grpc;

import org.jspecify.annotations.NullMarked;
