/**
 * A process that computes runs, one after the other.
 *
 * <p>{@link shoal.worker.Worker} is the entry point; {@code Driver} is the one thread that decides
 * (with {@code shoal.worker.core}) and hands work on. Its parts: {@code .session} (the stream),
 * {@code .artefact} (files by content), {@code .run} (the run thread and loading), {@code .step},
 * {@code .evaluate}, {@code .shard}, {@code .exchange} (ranges between workers).
 *
 * <p>Knows no store and no user; other workers only through {@code .exchange}.
 */
@NullMarked
package shoal.worker;

import org.jspecify.annotations.NullMarked;
