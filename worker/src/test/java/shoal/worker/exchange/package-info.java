/** What every exchange promises, and the one in memory that tests of other packages build on. */
@NullMarked
package shoal.worker.exchange;

import org.jspecify.annotations.NullMarked;
