package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import shoal.recipe.Sha256;
import shoal.recipe.UserException;

/**
 * A file here and what identifies its content.
 *
 * @param path where it is
 * @param sha256 of its content, 32 bytes
 * @param sizeBytes its length
 */
public record LocalFile(Path path, ByteString sha256, long sizeBytes) {
    private static final int BUFFER_BYTES = 1 << 16;

    public LocalFile {
        requireNonNull(path, "path");
        if (sha256.size() != 32) {
            throw new IllegalArgumentException("sha256 has " + sha256.size() + " bytes, not 32");
        }
    }

    /** Reads the whole file once. */
    public static LocalFile hash(Path path) {
        MessageDigest digest = Sha256.digest();
        long size = 0;
        try (InputStream in = Files.newInputStream(path)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                size += read;
            }
        } catch (IOException e) {
            throw new UserException(path.toString(), "cannot be read: " + e.getMessage());
        }
        return new LocalFile(path, ByteString.copyFrom(digest.digest()), size);
    }
}
