package shoal.worker.artefact;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import shoal.recipe.Limits;
import shoal.recipe.Sha256;

/**
 * A file that is being fetched: hashed while it is written, never longer than announced. Opening
 * one that exists hashes what is there, so that fetching goes on behind it.
 */
final class PartFile implements AutoCloseable {
    private final FileChannel file;
    private final long sizeBytes;
    private final MessageDigest digest = Sha256.digest();
    private long written;

    private PartFile(FileChannel file, long sizeBytes) {
        this.file = file;
        this.sizeBytes = sizeBytes;
    }

    static PartFile open(Path path, long sizeBytes) throws IOException {
        FileChannel file =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        PartFile part = new PartFile(file, sizeBytes);
        try {
            part.hashWhatIsThere();
        } catch (IOException e) {
            file.close();
            throw e;
        }
        return part;
    }

    /** Bytes that are there. */
    long written() {
        return written;
    }

    void write(ByteString bytes) throws IOException {
        if (written + bytes.size() > sizeBytes) {
            throw new IOException(
                    "more than the announced "
                            + sizeBytes
                            + " bytes came; the file was changed"
                            + " while it was sent, or is not what it claims to be");
        }
        for (ByteBuffer buffer : bytes.asReadOnlyByteBufferList()) {
            digest.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
        }
        written += bytes.size();
    }

    /** Begins again at the first byte. */
    void restart() throws IOException {
        file.truncate(0);
        file.position(0);
        digest.reset();
        written = 0;
    }

    /** Makes the bytes durable and returns their SHA-256. */
    byte[] finish() throws IOException {
        file.force(true);
        return digest.digest();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void hashWhatIsThere() throws IOException {
        if (file.size() > sizeBytes) {
            restart();
            return;
        }
        ByteBuffer buffer = ByteBuffer.allocate(Limits.CHUNK_BYTES);
        while (file.read(buffer) >= 0) {
            written += buffer.position();
            digest.update(buffer.flip());
            buffer.clear();
        }
    }
}
