/** The core alone: the table of a run's life, each family of events, and thousands of lives. */
@NullMarked
package shoal.coordinator.core;

import org.jspecify.annotations.NullMarked;
