/** Whole commands in processes of their own: what they print, leave behind and end with. */
@NullMarked
package shoal.testkit.cli;

import org.jspecify.annotations.NullMarked;
