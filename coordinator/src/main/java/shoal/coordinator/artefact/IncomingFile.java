package shoal.coordinator.artefact;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import shoal.coordinator.core.Hash;
import shoal.recipe.Sha256;

/**
 * A file that is being received. It is kept only if length and hash agree; closed without {@link
 * #finish} it leaves nothing. One thread at a time.
 */
public final class IncomingFile implements AutoCloseable {
    private final ArtefactShelf shelf;
    private final ArtefactShelf.Expected expected;
    private final Path file;
    private final FileChannel channel;
    private final MessageDigest digest;
    private long receivedBytes;

    private IncomingFile(
            ArtefactShelf shelf,
            ArtefactShelf.Expected expected,
            Path file,
            FileChannel channel,
            MessageDigest digest) {
        this.shelf = shelf;
        this.expected = expected;
        this.file = file;
        this.channel = channel;
        this.digest = digest;
    }

    static IncomingFile create(ArtefactShelf shelf, ArtefactShelf.Expected expected, Path file)
            throws IOException {
        return new IncomingFile(
                shelf,
                expected,
                file,
                FileChannel.open(file, StandardOpenOption.WRITE),
                Sha256.digest());
    }

    /**
     * Takes the next bytes.
     *
     * @throws IllegalArgumentException if they are more than were announced
     */
    public void write(ByteBuffer bytes) throws IOException {
        receivedBytes += bytes.remaining();
        if (receivedBytes > expected.sizeBytes()) {
            throw new IllegalArgumentException(
                    "more than the announced " + expected.sizeBytes() + " bytes came");
        }
        digest.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * Keeps the file.
     *
     * @throws IllegalArgumentException if length or hash differ from what was announced
     */
    public void finish() throws IOException {
        if (receivedBytes != expected.sizeBytes()) {
            throw new IllegalArgumentException(
                    receivedBytes
                            + " bytes came of the announced "
                            + expected.sizeBytes()
                            + "; send the file again");
        }
        Hash found = new Hash(HexFormat.of().formatHex(digest.digest()));
        if (!found.equals(expected.hash())) {
            throw new IllegalArgumentException(
                    "the bytes have SHA-256 "
                            + found
                            + ", announced was "
                            + expected.hash()
                            + "; the file changed while it was sent, send it again");
        }
        channel.force(true);
        channel.close();
        shelf.keep(file, expected);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
