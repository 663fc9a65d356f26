package shoal.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import shoal.recipe.Sha256;

/** Puts files on disk for good. */
final class Durable {
    private static final int BUFFER_BYTES = 1 << 20;

    private Durable() {}

    /** Flushes a file to disk and hashes what is there. */
    static SealedFile seal(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.force(true);
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
            return new SealedFile(
                    file.getFileName().toString(),
                    channel.size(),
                    HexFormat.of().formatHex(digest.digest()));
        }
    }

    /** Flushes a folder's entries to disk: a rename is durable only then. */
    static void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
