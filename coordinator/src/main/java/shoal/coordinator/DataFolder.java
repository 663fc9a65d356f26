package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;

/**
 * The folder that a coordinator owns while it lives: {@code lock}, {@code coordinator.db}, {@code
 * tokens/}, {@code artefacts/}, {@code runs/}, {@code tls/}, {@code last-end}.
 *
 * <p>The lock is the operating system's and ends with the process, however it ends; the file itself
 * stays.
 */
final class DataFolder implements AutoCloseable {
    private final Path folder;
    private final FileChannel lockFile;

    private DataFolder(Path folder, FileChannel lockFile) {
        this.folder = requireNonNull(folder, "folder");
        this.lockFile = requireNonNull(lockFile, "lockFile");
    }

    /**
     * Makes the folder if it is not there, and locks it.
     *
     * @throws UserException if it is a file, or another coordinator has it
     * @throws MachineException if it cannot be made or written
     */
    static DataFolder open(Path given) {
        Path folder = given.toAbsolutePath().normalize();
        try {
            PrivateFiles.createFolder(folder);
            FileChannel lockFile =
                    FileChannel.open(
                            folder.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (lock(lockFile) == null) {
                lockFile.close();
                throw new UserException(
                        "--data " + given,
                        "is in use by another coordinator. Stop that one, or give this one a"
                                + " folder of its own with --data.");
            }
            return new DataFolder(folder, lockFile);
        } catch (FileAlreadyExistsException e) {
            throw new UserException("--data " + given, "is a file. Name a folder.");
        } catch (IOException e) {
            throw MachineException.of("--data " + given, "cannot be used", e);
        }
    }

    Path store() {
        return folder.resolve("coordinator.db");
    }

    /** What is left by a coordinator that could not go on. */
    Path lastEnd() {
        return folder.resolve("last-end");
    }

    Path tokens() {
        return subfolder("tokens");
    }

    Path artefacts() {
        return subfolder("artefacts");
    }

    /** Not made: that is {@link TlsFolder}'s, at once with what is in it. */
    Path tls() {
        return folder.resolve("tls");
    }

    Path runs() {
        return subfolder("runs");
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw MachineException.of(folder.toString(), "cannot be given back", e);
        }
    }

    private Path subfolder(String name) {
        Path made = folder.resolve(name);
        try {
            if (!Files.isDirectory(made)) {
                PrivateFiles.createFolder(made);
            }
            return made;
        } catch (IOException e) {
            throw MachineException.of(made.toString(), "cannot be made", e);
        }
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // Another coordinator in this very process has it.
        }
    }
}
