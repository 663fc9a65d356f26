/** What survives a process, on a real file. */
@NullMarked
package shoal.coordinator.store;

import org.jspecify.annotations.NullMarked;
