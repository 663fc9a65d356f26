/**
 * What encrypts connections and tells who is at the other end: TLS 1.3 and nothing older.
 *
 * <p>A caller knows its coordinator by the SHA-256 of a certificate it was told of, or by a file of
 * certificates. Makes no certificate: that is the coordinator's.
 */
@NullMarked
package shoal.wire.tls;

import org.jspecify.annotations.NullMarked;
