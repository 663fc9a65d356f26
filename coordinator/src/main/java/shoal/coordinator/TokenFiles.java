package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;
import shoal.coordinator.store.Store;
import shoal.recipe.UserException;
import shoal.wire.Scope;
import shoal.wire.Token;

/**
 * {@code DIR/tokens/{admin,submit,read,worker}}: one token each, for handing out. Made at the first
 * start; a file that was deleted is made anew with another token. The store keeps fingerprints
 * only.
 *
 * @param folder of the files
 */
record TokenFiles(Path folder) {
    TokenFiles {
        requireNonNull(folder, "folder");
    }

    /** Makes what is missing, and makes every file's token known to the store. */
    void prepare(Store store, SecureRandom random) {
        for (Scope scope : Scope.values()) {
            Path file = file(scope);
            if (!Files.exists(file)) {
                create(file, Token.create(random));
            }
            store.addToken(read(file).fingerprint(), scope);
        }
    }

    Token read(Scope scope) {
        return read(file(scope));
    }

    Path file(Scope scope) {
        return folder.resolve(scope.name().toLowerCase(Locale.ROOT));
    }

    private static void create(Path file, Token token) {
        try {
            PrivateFiles.write(file, token.secret() + "\n");
        } catch (IOException e) {
            throw new UserException(
                    file.toString(), "cannot be written: " + e + ". Look at its permissions.");
        }
    }

    private static Token read(Path file) {
        try {
            return new Token(Files.readString(file).strip());
        } catch (IOException e) {
            throw new UserException(
                    file.toString(), "cannot be read: " + e + ". Look at its permissions.");
        } catch (IllegalArgumentException e) {
            throw new UserException(
                    file.toString(),
                    "holds no token: "
                            + e.getMessage()
                            + ". Delete the file; the next start makes another.");
        }
    }
}
