/** Whole processes of the cli on this machine. */
@NullMarked
package shoal.cli.local;

import org.jspecify.annotations.NullMarked;
