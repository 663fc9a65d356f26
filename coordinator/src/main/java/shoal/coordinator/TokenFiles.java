package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;
import shoal.wire.Scope;
import shoal.wire.Token;

/**
 * {@code DIR/tokens/{admin,submit,read,worker}}: one token each, for handing out, and the only ones
 * that are valid. A file that is missing is made with a new token, at the first start and whenever
 * somebody has deleted it. The store keeps fingerprints only.
 *
 * @param folder of the files
 */
record TokenFiles(Path folder) {
    TokenFiles {
        requireNonNull(folder, "folder");
    }

    /**
     * Makes what is missing; gives the scopes of all by their fingerprints.
     *
     * @throws UserException if a file holds no token, or that of another one
     * @throws MachineException if a file cannot be read or made
     */
    Map<String, Scope> prepare(SecureRandom random) {
        Map<String, Scope> scopes = new TreeMap<>();
        for (Scope scope : Scope.values()) {
            Path file = file(scope);
            if (!Files.exists(file)) {
                create(file, Token.create(random));
            }
            Scope other = scopes.put(read(file).fingerprint(), scope);
            if (other != null) {
                throw new UserException(
                        file.toString(),
                        "holds the token of "
                                + file(other).getFileName()
                                + ", but a token has one scope. Delete the file, and another token"
                                + " is made.");
            }
        }
        return Map.copyOf(scopes);
    }

    Token read(Scope scope) {
        return read(file(scope));
    }

    Path file(Scope scope) {
        return folder.resolve(scope.name().toLowerCase(Locale.ROOT));
    }

    /** Whole or not at all: what a full disk cuts short would be no token at the next start. */
    private static void create(Path file, Token token) {
        Path staged = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(staged);
            PrivateFiles.write(staged, token.secret() + "\n");
            PrivateFiles.move(staged, file);
        } catch (IOException e) {
            throw MachineException.of(file.toString(), "cannot be written", e);
        }
    }

    private static Token read(Path file) {
        try {
            return new Token(Files.readString(file).strip());
        } catch (IOException e) {
            throw MachineException.of(file.toString(), "cannot be read", e);
        } catch (IllegalArgumentException e) {
            throw new UserException(
                    file.toString(),
                    "holds no token: " + e.getMessage() + ". Delete the file, and one is made.");
        }
    }
}
