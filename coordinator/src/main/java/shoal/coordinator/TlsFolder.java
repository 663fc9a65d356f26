package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import shoal.coordinator.tls.Authority;
import shoal.coordinator.tls.HostNames;
import shoal.coordinator.tls.Pem;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;
import shoal.wire.tls.KeyAndChain;

/**
 * {@code DIR/tls/}: {@code ca.pem} and {@code ca-key.pem}, made together at the first start that
 * needs them, and {@code server.pem}, a key and its certificates.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>The folder is its owner's (0700), files with a key are too (0600).
 *   <li>The folder comes to be with a whole authority in it or not at all, and {@code server.pem}
 *       is whole at every moment, whenever the process is killed.
 *   <li>A made authority stays: whoever trusts its fingerprint need not be told again.
 * </ul>
 */
final class TlsFolder {
    private static final String AUTHORITY = "ca.pem";
    private static final String AUTHORITY_KEY = "ca-key.pem";
    private static final String SERVER = "server.pem";
    private static final String REMEDY =
            ". Restore it, or remove the folder; the next start makes another authority, whose"
                    + " fingerprint has to be handed out again.";

    /** A certificate with less to live is replaced. */
    private static final Duration LEAST_LEFT = Duration.ofDays(90);

    private final Path folder;
    private final Authority authority;

    private TlsFolder(Path folder, Authority authority) {
        this.folder = requireNonNull(folder, "folder");
        this.authority = requireNonNull(authority, "authority");
    }

    /**
     * Reads the authority, or makes one.
     *
     * @param folder that need not be there
     * @throws UserException if what is in it is no authority
     * @throws MachineException if it cannot be read or made
     */
    static TlsFolder open(Path folder, Instant now, SecureRandom random) {
        try {
            if (!Files.isDirectory(folder)) {
                make(folder, Authority.create(now, random));
            }
        } catch (IOException e) {
            throw MachineException.of(folder.toString(), "cannot be made", e);
        }
        KeyAndChain own =
                pair(read(folder.resolve(AUTHORITY)), read(folder.resolve(AUTHORITY_KEY)));
        return new TlsFolder(folder, new Authority(own, random));
    }

    Authority authority() {
        return authority;
    }

    /**
     * The key and certificate of the listener: those of the last start while they are for all these
     * names and for long enough, else new ones.
     */
    KeyAndChain server(HostNames names, Instant now) {
        Path file = folder.resolve(SERVER);
        if (Files.exists(file)) {
            Text text = read(file);
            KeyAndChain kept = pair(text, text);
            boolean lasts = kept.leaf().getNotAfter().toInstant().isAfter(now.plus(LEAST_LEFT));
            if (lasts && HostNames.of(kept.leaf()).cover(names)) {
                return kept;
            }
        }
        KeyAndChain made = authority.server(names, now);
        try {
            Path staged = folder.resolve(SERVER + ".new");
            Files.deleteIfExists(staged);
            PrivateFiles.write(staged, Pem.text(made.key()) + Pem.text(made.chain()));
            PrivateFiles.move(staged, file);
        } catch (IOException e) {
            throw MachineException.of(file.toString(), "cannot be written", e);
        }
        return made;
    }

    private static void make(Path folder, KeyAndChain authority) throws IOException {
        Path staged = folder.resolveSibling(folder.getFileName() + ".new");
        List<String> names = List.of(AUTHORITY_KEY, AUTHORITY);
        for (String name : names) {
            Files.deleteIfExists(staged.resolve(name)); // Of a start that was killed here.
        }
        PrivateFiles.createFolder(staged);
        PrivateFiles.write(staged.resolve(AUTHORITY_KEY), Pem.text(authority.key()));
        PrivateFiles.write(staged.resolve(AUTHORITY), Pem.text(authority.chain()));
        PrivateFiles.move(staged, folder);
    }

    private record Text(Path file, String text) {}

    private static Text read(Path file) {
        try {
            return new Text(file, Files.readString(file));
        } catch (IOException e) {
            throw new MachineException(file.toString(), "cannot be read: " + e + REMEDY, e);
        }
    }

    private static KeyAndChain pair(Text chain, Text key) {
        KeyAndChain both;
        try {
            both = new KeyAndChain(key(key), Pem.certificates(chain.text()));
        } catch (Pem.PemException e) {
            throw new UserException(chain.file().toString(), e.getMessage() + REMEDY);
        }
        if (!Pem.match(both)) {
            throw new UserException(
                    chain.file().toString(), "is not that of the key in " + key.file() + REMEDY);
        }
        return both;
    }

    private static PrivateKey key(Text text) {
        try {
            return Pem.key(text.text());
        } catch (Pem.PemException e) {
            throw new UserException(text.file().toString(), e.getMessage() + REMEDY);
        }
    }
}
