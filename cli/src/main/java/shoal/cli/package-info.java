/** The command line: one class per verb. */
@NullMarked
package shoal.cli;

import org.jspecify.annotations.NullMarked;
