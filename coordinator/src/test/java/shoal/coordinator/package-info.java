/** A whole coordinator with scripted workers and clients on loopback. */
@NullMarked
package shoal.coordinator;

import org.jspecify.annotations.NullMarked;
