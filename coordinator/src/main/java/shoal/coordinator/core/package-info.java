/**
 * The coordinator's decisions, as a pure state machine: {@code Core.apply(State, Instant, Event)}
 * gives the next state, the entries to store and the effects to perform, each with its reason in
 * words.
 *
 * <p>No clock, socket, thread, random source or logger: time comes with the event, so that a test
 * lives thousands of clusters' lives in seconds and repeats any of them. It knows neither protobuf
 * nor SQL; the adapters translate.
 *
 * <p>Guarantees, which the simulation checks after every event:
 *
 * <ul>
 *   <li>A decision's entries are durable before its effects leave (the driver's duty), and {@link
 *       shoal.coordinator.core.Fold} of all entries gives the durable part of the state.
 *   <li>A step is committed once per generation, in order, with one clip and one learning rate.
 *   <li>A worker serves at most one run; queued runs start in order of submission.
 *   <li>Events of a run are numbered from 1 without gaps.
 * </ul>
 *
 * <p>Read next: {@link shoal.coordinator.core.Lifecycle}, the table of a run's life; {@link
 * shoal.coordinator.core.Core}; then one handler per family of events: {@code Membership}, {@code
 * Queue}, {@code Reconciliation}, {@code Steps}, {@code Evaluations}, {@code Finish}.
 */
@NullMarked
package shoal.coordinator.core;

import org.jspecify.annotations.NullMarked;
