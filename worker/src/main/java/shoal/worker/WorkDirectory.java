package shoal.worker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;
import shoal.worker.artefact.RunFolder;

/**
 * A worker's own folder:
 *
 * <pre>
 *   worker-id     chosen once, [a-z0-9][a-z0-9._-]{0,62}
 *   lock          locked while a process uses the folder
 *   artefacts/    files of runs by content
 *   runs/NAME/    the files of the run served now; emptied at start
 * </pre>
 */
final class WorkDirectory implements AutoCloseable {
    private static final Pattern WORKER_ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    private final Path folder;
    private final String workerId;
    private final FileChannel lock;

    private WorkDirectory(Path folder, String workerId, FileChannel lock) {
        this.folder = folder;
        this.workerId = workerId;
        this.lock = lock;
    }

    /**
     * Takes the folder for this process; makes it if it is missing.
     *
     * @throws UserException if it is a file, or another process uses it
     * @throws MachineException if it cannot be made or written
     */
    static WorkDirectory open(Path folder, SecureRandom random) {
        try {
            Files.createDirectories(folder);
            FileChannel lock = lock(folder);
            try {
                RunFolder.removeAll(folder.resolve("runs"));
                return new WorkDirectory(folder, workerId(folder, random), lock);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (FileAlreadyExistsException e) {
            throw new UserException("--work-dir " + folder, "is a file. Name a folder.");
        } catch (IOException e) {
            throw MachineException.of(
                    "--work-dir " + folder, "cannot be used as the worker's folder", e);
        }
    }

    String workerId() {
        return workerId;
    }

    Path artefacts() {
        return folder.resolve("artefacts");
    }

    Path runs() {
        return folder.resolve("runs");
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel file =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (tryLock(file) == null) {
            file.close();
            throw new UserException(
                    folder.toString(),
                    "Another worker process uses this folder. Give each its own --work-dir.");
        }
        return file;
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String workerId(Path folder, SecureRandom random) throws IOException {
        Path file = folder.resolve("worker-id");
        if (Files.exists(file)) {
            String id = Files.readString(file).strip();
            if (!WORKER_ID.matcher(id).matches()) {
                throw new UserException(
                        file.toString(),
                        "The worker's id does not match "
                                + WORKER_ID
                                + ". Remove the file to get a new one.");
            }
            return id;
        }
        byte[] bits = new byte[4];
        random.nextBytes(bits);
        String id = "w-" + HexFormat.of().formatHex(bits);
        Path staged = folder.resolve("worker-id.part");
        Files.writeString(staged, id + "\n");
        Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE);
        return id;
    }
}
