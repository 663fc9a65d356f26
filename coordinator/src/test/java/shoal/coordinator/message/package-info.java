/** What travels, without a network. */
@NullMarked
package shoal.coordinator.message;

import org.jspecify.annotations.NullMarked;
