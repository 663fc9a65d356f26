/** The worker's entry point; its parts are in the packages below. */
@NullMarked
package shoal.worker;

import org.jspecify.annotations.NullMarked;
