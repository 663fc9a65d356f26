package shoal.coordinator.tls;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the user said about encryption.
 *
 * @param mode when to encrypt
 * @param names of this host that clients and workers dial, beside those of its interfaces
 * @param own certificate and key to use instead of made ones
 */
public record TlsSettings(Mode mode, List<String> names, Optional<Own> own) {
    /** When connections are encrypted. */
    public enum Mode {
        /** Off loopback, or where anything else is said about certificates. */
        AUTO,
        ON,
        OFF
    }

    /**
     * PEM files of the user's.
     *
     * @param certificate the host's certificate, then those above it
     * @param key of the first one
     */
    public record Own(Path certificate, Path key) {
        public Own {
            requireNonNull(certificate, "certificate");
            requireNonNull(key, "key");
        }
    }

    public TlsSettings {
        requireNonNull(mode, "mode");
        names = List.copyOf(names);
        requireNonNull(own, "own");
    }

    /** What holds when nothing is said. */
    public static TlsSettings standard() {
        return new TlsSettings(Mode.AUTO, List.of(), Optional.empty());
    }

    /** Whether the user wants encryption even on loopback. */
    public boolean isWanted() {
        return mode == Mode.ON || own.isPresent() || !names.isEmpty();
    }
}
