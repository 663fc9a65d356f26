package shoal.cli.predict;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;

/**
 * Where results go: standard output, or a file that appears whole or not at all.
 *
 * <p>A file is written beside its place and renamed by {@link #finish}; closed before that, it is
 * deleted, and what was there stays.
 */
public final class ResultSink implements AutoCloseable {
    /** What standard output is, where the system tells (proc(5)). */
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    private final OutputStream out;
    private final String shownName;
    private final Optional<Path> file;
    private final Path written;

    private ResultSink(OutputStream out, String shownName, Optional<Path> file, Path written) {
        this.out = out;
        this.shownName = shownName;
        this.file = file;
        this.written = written;
    }

    /** Standard output. */
    public static ResultSink standard(PrintStream out) {
        return new ResultSink(
                requireNonNull(out, "out"), "standard output", Optional.empty(), STANDARD_OUTPUT);
    }

    /** A file; a device or a pipe is written to as it is. */
    public static ResultSink file(Path file, String shownName) {
        if (Files.isDirectory(file)) {
            throw new UserException(shownName, "is a folder, expected the name of a file.");
        }
        boolean special = Files.exists(file) && !Files.isRegularFile(file);
        Path place = special ? file : partial(file);
        try {
            OutputStream out =
                    special
                            ? Files.newOutputStream(file, StandardOpenOption.WRITE)
                            : Files.newOutputStream(place);
            return new ResultSink(
                    out, shownName, special ? Optional.empty() : Optional.of(file), place);
        } catch (IOException e) {
            throw cannotWrite(shownName, e);
        }
    }

    private static Path partial(Path file) {
        Path absolute = file.toAbsolutePath();
        return absolute.resolveSibling(
                "." + absolute.getFileName() + ".partial-" + ProcessHandle.current().pid());
    }

    /**
     * Writes text; false if its reader has gone, as {@code head} does when it has enough.
     *
     * @throws MachineException if it cannot be written for another reason
     */
    public boolean write(String text) {
        if (out instanceof PrintStream standard) {
            standard.print(text);
            if (!standard.checkError()) {
                return true;
            }
            if (hasReader()) {
                return false;
            }
            throw new MachineException(
                    shownName, "cannot be written, as where a disk is full. Free some room there");
        }
        try {
            out.write(text.getBytes(UTF_8));
            return true;
        } catch (IOException e) {
            throw cannotWrite(shownName, e);
        }
    }

    /** Whether standard output goes to a process, which may have enough; not a file or a device. */
    private static boolean hasReader() {
        try {
            String target = Files.readSymbolicLink(STANDARD_OUTPUT).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:");
        } catch (IOException untold) {
            return false;
        }
    }

    /** Everything is written: the file takes its place. */
    public void finish() {
        if (out instanceof PrintStream) {
            return;
        }
        try {
            out.close();
            if (file.isPresent()) {
                Files.move(
                        written,
                        file.get(),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw cannotWrite(shownName, e);
        }
    }

    /** Deletes what is half-written. From any thread. */
    public void discard() {
        if (file.isPresent()) {
            try {
                Files.deleteIfExists(written);
            } catch (IOException e) {
                throw cannotWrite(shownName, e);
            }
        }
    }

    @Override
    public void close() {
        if (out instanceof PrintStream) {
            return;
        }
        try {
            out.close();
        } catch (IOException e) {
            throw cannotWrite(shownName, e);
        } finally {
            discard();
        }
    }

    private static RuntimeException cannotWrite(String shownName, IOException cause) {
        return cause instanceof NoSuchFileException
                ? new UserException(shownName, "is in a folder that is not there. Make it first.")
                : MachineException.of(shownName, "cannot be written", cause);
    }
}
