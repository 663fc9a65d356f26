/** What can be said of certificates without making any. */
@NullMarked
package shoal.wire.tls;

import org.jspecify.annotations.NullMarked;
