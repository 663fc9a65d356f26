/**
 * What a run needs on a worker: the one thread that owns its engine, loading its files, stopping at
 * the next safe point.
 *
 * <p>Knows no stream: finished work becomes events of {@code shoal.worker.core}. Read next: {@link
 * shoal.worker.run.RunThread}.
 */
@NullMarked
package shoal.worker.run;

import org.jspecify.annotations.NullMarked;
