package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import shoal.recipe.Require;

/**
 * One file of a published folder.
 *
 * @param name inside the folder
 * @param sha256 64 lower-case hexadecimal digits
 */
public record SealedFile(String name, long sizeBytes, String sha256) {
    public SealedFile {
        requireNonNull(name, "name");
        Require.atLeast("sizeBytes", sizeBytes, 0);
        Require.range("sha256.length", sha256.length(), 64, 64);
    }

    /** A file as it is on disk. Reads all of it. */
    public static SealedFile of(Path file) {
        try {
            return Disk.hashed(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
