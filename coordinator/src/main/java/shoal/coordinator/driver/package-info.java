/**
 * Runs the core: one thread takes events from a queue, applies them, stores what was decided and
 * then performs the effects. Here are the clock and the thread that the core has not.
 *
 * <p>Knows nothing of gRPC, HTTP or SQL: effects are performed by whoever is given as their
 * handler.
 *
 * <p>Read next: {@link shoal.coordinator.driver.Driver}.
 */
@NullMarked
package shoal.coordinator.driver;

import org.jspecify.annotations.NullMarked;
