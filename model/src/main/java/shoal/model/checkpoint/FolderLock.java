package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;

/**
 * Keeps a folder for one command while that lives: {@code .FOLDER.lock} beside it, locked by the
 * system, with one line {@code HOST ID-TICKS} of who has it ({@link OwnerProcess}).
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Of several processes that take one folder at a time, one has it and the others are told
 *       who.
 *   <li>What a process leaves that was killed keeps nobody from the folder; closing leaves nothing.
 *   <li>On a file system of several hosts the system's lock may not reach the others, so a line of
 *       another host is believed until somebody removes the file.
 * </ul>
 */
public final class FolderLock implements AutoCloseable {
    private static final Pattern LINE = Pattern.compile("(\\S+) ([0-9]{1,18}-[0-9]{1,18})\\s*");

    /** Far more than a line: of what is no lock of ours, the beginning is enough. */
    private static final int MOST_BYTES = 512;

    /** Files that came and went while this process opened them. */
    private static final int MOST_ATTEMPTS = 100;

    private final Path file;
    private final FileChannel channel;

    private FolderLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes a folder, which need not be there.
     *
     * @param shownName the folder as the user wrote it
     * @param host name of this one
     * @throws UserException if another process has it
     * @throws MachineException if the disk refuses the file
     */
    public static FolderLock take(Path folder, String shownName, String host) {
        requireNonNull(shownName, "shownName");
        Path target = folder.toAbsolutePath().normalize();
        Path file = target.resolveSibling("." + target.getFileName() + ".lock");
        try {
            Files.createDirectories(target.resolveSibling("."));
            for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
                Optional<FolderLock> taken = attempt(file, shownName, host);
                if (taken.isPresent()) {
                    return taken.get();
                }
            }
            throw new IOException("it came and went " + MOST_ATTEMPTS + " times");
        } catch (IOException e) {
            throw MachineException.of(file.toString(), "cannot be written", e);
        }
    }

    /** Empty if the file was removed by its owner meanwhile. */
    private static Optional<FolderLock> attempt(Path file, String shownName, String host)
            throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            boolean free = lock(channel) != null;
            requireFree(file, free, text(channel), shownName, host);
            channel.truncate(0);
            String line = host + " " + OwnerProcess.self().text() + "\n";
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)), 0);
            if (!isThere(file, line)) {
                channel.close();
                return Optional.empty();
            }
            return Optional.of(new FolderLock(file, channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void requireFree(
            Path file, boolean free, String text, String shownName, String host) {
        Matcher line = LINE.matcher(text);
        boolean known = line.matches();
        boolean elsewhere = known && !line.group(1).equals(host);
        boolean alive = known && !elsewhere && OwnerProcess.of(line.group(2)).isAlive();
        if (free && !elsewhere && !alive) {
            return;
        }
        String who = known ? line.group(2).replaceFirst("-.*", "") + " on " + line.group(1) : "";
        throw new UserException(
                "--output_dir",
                "is "
                        + shownName
                        + ", where another training is writing"
                        + (known ? ": process " + who : "")
                        + ". "
                        + (free && elsewhere
                                ? "If that one has ended, remove " + file + "; else name"
                                : "Wait for its end, or name")
                        + " another folder");
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException thisProcess) {
            return null;
        }
    }

    /** Whether the open file still has its name: else its owner has removed it meanwhile. */
    private static boolean isThere(Path file, String line) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).equals(line);
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    private static String text(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    }

    /** Gives the folder back. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(file); // While it is locked: whoever opened it looks again.
            channel.close();
        } catch (IOException e) {
            throw MachineException.of(file.toString(), "cannot be removed", e);
        }
    }
}
