/**
 * How commands end: troubles that are expected, and interrupts.
 *
 * <p>Must not know of verbs, coordinators or workers.
 *
 * <p>Read next: {@link shoal.cli.outcome.Interrupts}.
 */
@NullMarked
package shoal.cli.outcome;

import org.jspecify.annotations.NullMarked;
