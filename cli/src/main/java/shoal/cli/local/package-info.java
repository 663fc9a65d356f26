/**
 * Coordinators and workers that run here: in this process, or as its children.
 *
 * <p>The only package of the command line that imports {@code shoal.coordinator} and {@code
 * shoal.worker}. {@code shoal train} is the same coordinator, worker and client as by hand, started
 * for one run.
 *
 * <p>Read next: {@link shoal.cli.local.LocalCluster}.
 */
@NullMarked
package shoal.cli.local;

import org.jspecify.annotations.NullMarked;
