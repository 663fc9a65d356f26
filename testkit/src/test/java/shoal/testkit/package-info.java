/** Tests of the whole: golden curves, same bytes, whole commands. Never shipped. */
@NullMarked
package shoal.testkit;

import org.jspecify.annotations.NullMarked;
