/**
 * Where log lines go, and which. Must not know of verbs.
 *
 * <p>Read next: {@link shoal.cli.logging.LogSettings}.
 */
@NullMarked
package shoal.cli.logging;

import org.jspecify.annotations.NullMarked;
