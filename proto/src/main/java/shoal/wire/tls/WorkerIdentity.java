package shoal.wire.tls;

import static java.util.Objects.requireNonNull;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which process of which worker a peer certificate is of. In a certificate it is the one
 * alternative name, a URI: {@code shoal:worker/ID/INCARNATION}. So no host name is in it, and no
 * worker can pass for a coordinator.
 *
 * @param worker its id
 * @param incarnation of its process
 */
public record WorkerIdentity(String worker, String incarnation) {
    private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
    private static final Pattern FORM =
            Pattern.compile("shoal:worker/(" + WORD + ")/(" + WORD + ")");

    /** Subject alternative name that is a URI: RFC 5280, section 4.2.1.6. */
    private static final int URI = 6;

    public WorkerIdentity {
        requireNonNull(worker, "worker");
        requireNonNull(incarnation, "incarnation");
        if (!worker.matches(WORD) || !incarnation.matches(WORD)) {
            throw new IllegalArgumentException(
                    "worker '"
                            + worker
                            + "' with incarnation '"
                            + incarnation
                            + "'; a certificate is for names of the form "
                            + WORD);
        }
    }

    /** Whose certificate this is; empty if it is no worker's. */
    public static Optional<WorkerIdentity> of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return Stream.ofNullable(names)
                    .flatMap(Collection::stream)
                    .filter(name -> Objects.equals(name.get(0), URI))
                    .map(name -> FORM.matcher(String.valueOf(name.get(1))))
                    .filter(Matcher::matches)
                    .map(found -> new WorkerIdentity(found.group(1), found.group(2)))
                    .findFirst();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    /** As certificates have it. */
    public String uri() {
        return "shoal:worker/" + worker + "/" + incarnation;
    }

    @Override
    public String toString() {
        return "worker " + worker + " (process " + incarnation + ")";
    }
}
