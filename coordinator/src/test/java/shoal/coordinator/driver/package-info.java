/** The one thread of decisions, with a journal and effects that a test looks into. */
@NullMarked
package shoal.coordinator.driver;

import org.jspecify.annotations.NullMarked;
