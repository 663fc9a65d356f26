/** Certificates, made and brought, in real handshakes on loopback. */
@NullMarked
package shoal.coordinator.tls;

import org.jspecify.annotations.NullMarked;
