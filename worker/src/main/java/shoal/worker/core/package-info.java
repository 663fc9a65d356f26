/**
 * The worker's protocol as a pure state machine: {@code state x event -> state + actions}.
 *
 * <p>Knows no stream, thread, clock, file or engine: adapters around it turn messages and finished
 * work into {@link shoal.worker.core.Event}s and perform its {@link shoal.worker.core.Action}s.
 * Messages are the wire contract's own records ({@code session.proto}), which are plain data.
 *
 * <p>Read next: {@link shoal.worker.core.WorkerCore}, then {@code HeldCore}.
 */
@NullMarked
package shoal.worker.core;

import org.jspecify.annotations.NullMarked;
