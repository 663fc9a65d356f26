/** The coordinator's entry point; its parts are in the packages below. */
@NullMarked
package shoal.coordinator;

import org.jspecify.annotations.NullMarked;
