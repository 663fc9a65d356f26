package shoal.cli.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import shoal.engine.djl.LibtorchFolder;
import shoal.recipe.ErrorCode;

/**
 * A worker as a child process: the same java, the same class path, {@link WorkerChild}.
 *
 * <p>It ends when its input does, so also when this process is killed.
 */
final class WorkerProcess implements AutoCloseable {
    private static final int LINES_OF_LOG = 20;

    /** How long it may take to notice the end of its input before it is killed. */
    private static final long END_MILLIS = 300;

    private final Process process;
    private final Path log;

    private WorkerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the process; it loads classes while it waits for {@link #join}.
     *
     * @param directory a private folder; the child removes it if this process dies
     * @param name of its own folder and log in that folder
     * @param libtorch that it loads; empty: the bundled one
     */
    static WorkerProcess start(Path directory, String name, Optional<LibtorchFolder> libtorch)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmOptions.of("worker"));
        command.add("-Djava.io.tmpdir=" + directory);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(WorkerChild.class.getName());
        command.add(directory.toString());
        command.add(name);
        Path log = directory.resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64");
        builder.environment().put("OPT_OUT_TRACKING", "true");
        builder.environment().putIfAbsent("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0");
        libtorch.ifPresent(
                installed ->
                        builder.environment().put("SHOAL_LIBTORCH", installed.folder().toString()));
        return new WorkerProcess(builder.start(), log);
    }

    /** Tells it which coordinator to join. */
    void join(WorkerChild.Order order) {
        try {
            byte[] line = (order.line() + "\n").getBytes(StandardCharsets.UTF_8);
            process.getOutputStream().write(line);
            process.getOutputStream().flush();
        } catch (IOException gone) {
            // Its end is reported by onEnd, with its log.
        }
    }

    /** Runs an action once the process has ended, at once if it has; on a thread of its own. */
    void onEnd(Runnable action) {
        Thread waiter =
                new Thread(
                        () -> {
                            try {
                                process.waitFor();
                                action.run();
                            } catch (InterruptedException nobodyDoes) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "worker-end");
        waiter.setDaemon(true);
        waiter.start();
    }

    /** If the process has ended: how, with the end of its log. */
    Optional<WorkerEnd> end() {
        if (process.isAlive()) {
            return Optional.empty();
        }
        if (isRefusal()) {
            String words =
                    log().stream()
                            .filter(line -> line.startsWith(WorkerChild.REFUSAL))
                            .map(line -> line.substring(WorkerChild.REFUSAL.length()))
                            .collect(Collectors.joining("\n"));
            return Optional.of(new WorkerEnd(ErrorCode.USER, words));
        }
        return Optional.of(
                new WorkerEnd(
                        ErrorCode.RUN_FAILED,
                        "the worker process ended with code " + process.exitValue() + lastLines()));
    }

    /** Whether it ended for what the user gave, so that another one would, too. */
    boolean isRefusal() {
        return !process.isAlive() && process.exitValue() == ErrorCode.USER.exitCode();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Ends its input, which it takes as the end; does not wait. */
    void leave() {
        try {
            process.getOutputStream().close();
        } catch (IOException gone) {
            // It has ended already.
        }
    }

    @Override
    public void close() {
        leave();
        boolean interrupted = Thread.interrupted();
        try {
            if (!process.waitFor(END_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private String lastLines() {
        List<String> lines = log();
        List<String> last = lines.subList(Math.max(0, lines.size() - LINES_OF_LOG), lines.size());
        return last.isEmpty() ? "" : "; its last words:\n" + String.join("\n", last);
    }

    private List<String> log() {
        try {
            return Files.readAllLines(log, StandardCharsets.UTF_8);
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }
}
