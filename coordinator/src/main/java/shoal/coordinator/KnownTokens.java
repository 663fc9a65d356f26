package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.store.Store;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;
import shoal.wire.Scope;

/**
 * Which tokens are valid now: those of the files, and no other.
 *
 * <p>Safe for any thread.
 */
final class KnownTokens {
    private static final Logger LOG = LoggerFactory.getLogger(KnownTokens.class);

    private final TokenFiles files;
    private final Store store;
    private volatile Map<String, Scope> scopes;

    private KnownTokens(TokenFiles files, Store store, Map<String, Scope> scopes) {
        this.files = requireNonNull(files, "files");
        this.store = requireNonNull(store, "store");
        this.scopes = scopes;
    }

    /** Reads the files, making those that are missing. */
    static KnownTokens of(TokenFiles files, Store store) {
        KnownTokens known = new KnownTokens(files, store, Map.of());
        known.read();
        return known;
    }

    /** What the bearer of a token with this fingerprint may do. */
    Optional<Scope> scope(String fingerprint) {
        return Optional.ofNullable(scopes.get(fingerprint));
    }

    boolean isValid(String fingerprint) {
        return scopes.containsKey(fingerprint);
    }

    /** Reads the files again; if one cannot be used, all stays as it was. */
    void reload() {
        try {
            read();
        } catch (UserException | MachineException e) {
            LOG.warn("tokens are not read again: {}", e.getMessage());
        }
    }

    private synchronized void read() {
        Map<String, Scope> now = files.prepare(new SecureRandom());
        int revoked = store.keepTokens(now);
        long made = now.keySet().stream().filter(each -> !scopes.containsKey(each)).count();
        boolean again = !scopes.isEmpty();
        scopes = now;
        if (again || revoked > 0) {
            LOG.info("tokens are those of {} new={} revoked={}", files.folder(), made, revoked);
        }
    }
}
