/** How a run is told to stop, and how long work notices it. Knows nothing else. */
@NullMarked
package shoal.worker.stop;

import org.jspecify.annotations.NullMarked;
