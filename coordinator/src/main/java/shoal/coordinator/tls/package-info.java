/**
 * Makes and reads certificates: a coordinator's authority, what it issues, and what the user
 * brings. The only package that imports Bouncy Castle; checking certificates is the JDK's, in
 * {@code shoal.wire.tls}.
 *
 * <p>Knows no file of the data folder and opens no port. Forms: X.509 version 3 (RFC 5280), ECDSA
 * on P-256 with SHA-256, PEM (RFC 7468), private keys as PKCS #8.
 */
@NullMarked
package shoal.coordinator.tls;

import org.jspecify.annotations.NullMarked;
