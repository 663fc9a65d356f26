package shoal.coordinator.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import shoal.recipe.Problems;
import shoal.recipe.UserException;
import shoal.wire.tls.KeyAndChain;

/** Reads the certificate and the key that the user brings. Not for concurrent use. */
public final class OwnCertificate {
    /** Chains have a few certificates of some KiB. */
    private static final long FILE_BYTES = 1 << 20;

    private final Problems problems = new Problems();

    private OwnCertificate() {}

    /**
     * Reads and checks both.
     *
     * @throws UserException naming everything that is wrong with them
     */
    public static KeyAndChain read(TlsSettings.Own files, Instant now) {
        return new OwnCertificate().both(files, now);
    }

    private KeyAndChain both(TlsSettings.Own files, Instant now) {
        String certificateFlag = "--tls-cert " + files.certificate();
        Optional<List<X509Certificate>> chain =
                read(certificateFlag, files.certificate(), Pem::certificates);
        Optional<PrivateKey> key = read("--tls-key " + files.key(), files.key(), Pem::key);
        chain.ifPresent(found -> checkDates(certificateFlag, found.get(0), now));
        Optional<KeyAndChain> both = chain.flatMap(c -> key.map(k -> new KeyAndChain(k, c)));
        if (both.isPresent() && !Pem.match(both.get())) {
            problems.add(
                    certificateFlag,
                    "its first certificate ("
                            + both.get().leaf().getSubjectX500Principal()
                            + ") is not that of the key in "
                            + files.key()
                            + ". Give the key it was made with, and let the host's certificate be"
                            + " the first one in its file.");
        }
        problems.throwIfAny();
        return both.orElseThrow();
    }

    private void checkDates(String flag, X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant to = certificate.getNotAfter().toInstant();
        if (now.isBefore(from) || now.isAfter(to)) {
            problems.add(
                    flag,
                    "its first certificate ("
                            + certificate.getSubjectX500Principal()
                            + ") is valid from "
                            + from
                            + " to "
                            + to
                            + ", and now it is "
                            + now
                            + ". Renew it, or leave both flags out and let Shoal make one.");
        }
    }

    /** What a file must hold. */
    private interface Content<T> {
        T read(String text) throws Pem.PemException;
    }

    private <T> Optional<T> read(String flag, Path file, Content<T> content) {
        try {
            if (Files.size(file) > FILE_BYTES) {
                problems.add(
                        flag,
                        "has "
                                + Files.size(file)
                                + " bytes, expected at most "
                                + FILE_BYTES
                                + ". Give a PEM file.");
                return Optional.empty();
            }
            return Optional.of(content.read(Files.readString(file, StandardCharsets.ISO_8859_1)));
        } catch (NoSuchFileException e) {
            problems.add(flag, "there is no such file. Correct the path.");
        } catch (IOException e) {
            problems.add(flag, "cannot be read: " + e + ". Look at its permissions.");
        } catch (Pem.PemException e) {
            problems.add(flag, e.getMessage() + ".");
        }
        return Optional.empty();
    }
}
