/**
 * What the flags of a run mean: the recipe and the files it needs, all checked before anything is
 * sent or written.
 *
 * <p>Must not know of coordinators or terminals.
 *
 * <p>Read next: {@link shoal.cli.job.Job}.
 */
@NullMarked
package shoal.cli.job;

import org.jspecify.annotations.NullMarked;
