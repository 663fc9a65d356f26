package shoal.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import shoal.recipe.Sha256;

/**
 * Every step by which folders in the making reach the disk and their place. A test stops or refuses
 * each of them in turn by overriding it. Safe for any thread.
 */
public class Disk {
    private static final int BUFFER_BYTES = 1 << 20;

    /** Makes a new file for writing. */
    FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Writes all remaining bytes at a position. */
    void write(FileChannel channel, long position, ByteBuffer bytes) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** Makes a new file of a text in UTF-8. */
    void writeText(Path file, String text) throws IOException {
        try (FileChannel channel = create(file)) {
            write(channel, 0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Makes a new file with the bytes of another one. */
    void copy(Path from, Path to) throws IOException {
        Files.copy(from, to);
    }

    /** Flushes a file to disk and hashes what is there. */
    SealedFile seal(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        return hashed(file);
    }

    /** Size and hash of a file as it is. */
    static SealedFile hashed(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
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
    public void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Gives a file or folder another name, in one step; an empty folder there is replaced. */
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Removes a file or an empty folder, if it is there. */
    void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    /** Removes a folder that holds files only; nothing to do where there is none. */
    void deleteFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        for (Path file : list(folder)) {
            delete(file);
        }
        delete(folder);
    }

    /** What is in a folder, by name. */
    static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
