/** Results from parameters: whole, in place, or not at all. */
@NullMarked
package shoal.coordinator.checkpoint;

import org.jspecify.annotations.NullMarked;
