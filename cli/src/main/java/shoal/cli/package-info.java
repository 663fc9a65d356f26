/**
 * The command line: one class per verb, and {@link shoal.cli.Main}, which finds the verb and turns
 * every end into an exit code.
 *
 * <p>Verbs read flags and call the packages below: {@code .job} (what the flags of a run mean),
 * {@code .client} (a coordinator's services), {@code .render} (what a person sees), {@code .local}
 * (a coordinator and workers in this process and its children; the only importer of both). They
 * know no step, shard or tensor.
 *
 * <p>Read next: {@link shoal.cli.Main}.
 */
@NullMarked
package shoal.cli;

import org.jspecify.annotations.NullMarked;
