/** A real coordinator and a real worker in one process, on free ports, and runs through them. */
@NullMarked
package shoal.testkit.whole;

import org.jspecify.annotations.NullMarked;
