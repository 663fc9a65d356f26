package shoal.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import shoal.recipe.UserException;
import shoal.wire.Access;
import shoal.wire.tls.CoordinatorTrust;
import shoal.wire.tls.Fingerprint;

/**
 * How the coordinator is known: flags first, then the environment; neither: it is not encrypted.
 */
final class TrustOptions {
    private static final String FINGERPRINT_FLAG = "--ca-fingerprint";
    private static final String FILE_FLAG = "--ca-file";
    private static final String FINGERPRINT_VARIABLE = "SHOAL_CA_FINGERPRINT";
    private static final String FILE_VARIABLE = "SHOAL_CA_FILE";

    /** A system's whole list of authorities has 0.2 MB. */
    private static final long FILE_BYTES = 4 << 20;

    @Option(
            names = FINGERPRINT_FLAG,
            paramLabel = "sha256:HEX",
            description =
                    "The fingerprint that the coordinator prints: the connection is encrypted and"
                            + " the coordinator known by it; else $SHOAL_CA_FINGERPRINT.")
    private @Nullable String fingerprint;

    @Option(
            names = FILE_FLAG,
            paramLabel = "FILE",
            description =
                    "The same by a PEM file of the authorities to trust, such as ca.pem of the"
                            + " coordinator's tls folder; else $SHOAL_CA_FILE.")
    private @Nullable String file;

    Optional<CoordinatorTrust> resolve(CommandContext context) {
        if (fingerprint != null && file != null) {
            throw new UserException(
                    FILE_FLAG, "says the same as " + FINGERPRINT_FLAG + ". Leave one of them out.");
        }
        if (fingerprint != null) {
            return Optional.of(pinned(FINGERPRINT_FLAG, fingerprint));
        }
        if (file != null) {
            return Optional.of(ofFile(FILE_FLAG, file, context));
        }
        String variable = context.environment().getOrDefault(FINGERPRINT_VARIABLE, "");
        if (!variable.isEmpty()) {
            return Optional.of(pinned(FINGERPRINT_VARIABLE, variable));
        }
        String fileVariable = context.environment().getOrDefault(FILE_VARIABLE, "");
        return fileVariable.isEmpty()
                ? Optional.empty()
                : Optional.of(ofFile(FILE_VARIABLE, fileVariable, context));
    }

    /** Checks that the token does not cross a network for everybody to read. */
    static void requireUnexposed(Access access, String addressOrigin) {
        if (access.isExposed()) {
            throw new UserException(
                    addressOrigin + " " + access.address(),
                    "is not on this host, and without encryption everybody on the way could read"
                            + " the token. Pass "
                            + FINGERPRINT_FLAG
                            + " with the fingerprint that the coordinator prints at its start, or"
                            + " tunnel (ssh -N -L "
                            + access.address().port()
                            + ":127.0.0.1:"
                            + access.address().port()
                            + " "
                            + access.address().host()
                            + ") and dial 127.0.0.1:"
                            + access.address().port()
                            + ".");
        }
    }

    private static CoordinatorTrust pinned(String origin, String typed) {
        try {
            return CoordinatorTrust.pinned(Fingerprint.parse(typed.strip()));
        } catch (IllegalArgumentException e) {
            throw new UserException(origin, "is '" + typed + "': " + e.getMessage());
        }
    }

    private static CoordinatorTrust ofFile(String origin, String typed, CommandContext context) {
        String where = origin + " " + typed;
        try {
            if (Files.size(context.path(typed)) > FILE_BYTES) {
                throw new UserException(
                        where, "has more than " + FILE_BYTES + " bytes. Give a PEM file.");
            }
            byte[] bytes = Files.readAllBytes(context.path(typed));
            List<X509Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (found.isEmpty()) {
                throw new UserException(
                        where, "holds no certificate. Give a PEM file of authorities.");
            }
            return CoordinatorTrust.authorities(found);
        } catch (NoSuchFileException e) {
            throw new UserException(where, "there is no such file. Correct the path.");
        } catch (IOException e) {
            throw new UserException(
                    where, "cannot be read: " + e.getMessage() + ". Look at its permissions.");
        } catch (CertificateException e) {
            throw new UserException(
                    where,
                    "holds no certificates that can be read: "
                            + e.getMessage()
                            + ". Give a PEM file of authorities.");
        }
    }
}
