package shoal.worker.exchange.nccl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The libraries that the binding calls, built from {@code worker/src/test/native/hostdevices.c}:
 * memory of this host in place of devices. What the binding does is real, what answers is not.
 */
public final class HostDevices {
    private static final Path SOURCE =
            Path.of(System.getProperty("shoal.root", "."), "worker/src/test/native/hostdevices.c");

    private final Path library;

    /** What the library tells of itself. */
    public interface Counts extends Library {
        /** Allocations, streams and communicators that are not freed. */
        int host_live();
    }

    private HostDevices(Path library) {
        this.library = library;
    }

    /** Builds the library there; skips the test where there is no C compiler. */
    public static HostDevices build(Path folder) throws IOException, InterruptedException {
        Path library = folder.resolve("libhostdevices.so").toAbsolutePath();
        if (Files.exists(library)) {
            return new HostDevices(library);
        }
        List<String> words =
                List.of(
                        "cc",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-O1",
                        "-shared",
                        "-fPIC",
                        "-pthread",
                        "-o",
                        library.toString(),
                        SOURCE.toAbsolutePath().toString());
        Process compiler;
        try {
            compiler = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (IOException none) {
            return abort("skipped: there is no C compiler (cc) to build " + SOURCE + " with");
        }
        compiler.outputWriter().close();
        String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
        if (!compiler.waitFor(60, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
            throw new AssertionError(String.join(" ", words) + "\n" + said);
        }
        return new HostDevices(library);
    }

    /** Opens a device as a worker does. */
    public Nccl open(int ordinal) {
        return CudaNccl.open(
                ordinal, new CudaNccl.Libraries(library.toString(), library.toString()));
    }

    /** What the driver tells of them. */
    CudaDevices listed() {
        return CudaDevices.by(library.toString());
    }

    /** Allocations, streams and communicators that are not freed. */
    public int live() {
        return Native.load(library.toString(), Counts.class).host_live();
    }
}
