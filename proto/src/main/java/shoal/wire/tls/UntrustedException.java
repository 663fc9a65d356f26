package shoal.wire.tls;

import java.security.cert.CertificateException;

/** Why the other end of a connection is not trusted. Its message is for the user. */
public final class UntrustedException extends CertificateException {
    private static final long serialVersionUID = 1L;

    public UntrustedException(String message) {
        super(message);
    }

    public UntrustedException(String message, Throwable cause) {
        super(message, cause);
    }
}
