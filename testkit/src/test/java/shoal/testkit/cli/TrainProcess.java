package shoal.testkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code shoal train}, or another verb, as a process, started as the launcher starts it. */
final class TrainProcess implements AutoCloseable {
    private static final long BIT_OF_SIGINT = 1L << (2 - 1);

    private final Process process;
    private final BufferedReader output;
    private final List<String> lines = new ArrayList<>();
    private final Path temporary;

    private TrainProcess(Process process, Path temporary) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        this.temporary = temporary;
    }

    /**
     * Starts it.
     *
     * @param folder the working directory; its private folders go to a folder below
     */
    static TrainProcess start(Path folder, String... flags) throws IOException {
        return start("train", folder, List.of(flags));
    }

    /** Starts another verb. */
    static TrainProcess start(String verb, Path folder, List<String> words) throws IOException {
        return start(List.of(), verb, folder, words);
    }

    /** Starts a verb by a command that takes another command as its last words. */
    static TrainProcess start(List<String> by, String verb, Path folder, List<String> words)
            throws IOException {
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        List<String> command = new ArrayList<>(by);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Dshoal.home=" + System.getProperty("shoal.root"));
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("shoal.cli.Main");
        command.add(verb);
        command.addAll(words);
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        return new TrainProcess(process, temporary);
    }

    /** Reads until a line contains the text; fails with everything read if none does. */
    void awaitLine(String text) {
        await(line -> line.contains(text), text);
    }

    private void await(Predicate<String> wanted, String text) {
        try {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                if (wanted.test(line)) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("no line has '" + text + "':\n" + String.join("\n", lines));
    }

    /** Reads to the end; returns the exit code. */
    int awaitEnd() throws IOException, InterruptedException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(text()).isTrue();
        return process.exitValue();
    }

    /** The worker, its one child. */
    ProcessHandle worker() {
        return workers(1).get(0);
    }

    /** The workers, its only children. */
    List<ProcessHandle> workers(int count) {
        List<ProcessHandle> children = process.children().toList();
        assertThat(children).as(text()).hasSize(count);
        return children;
    }

    /** Whether a Ctrl-C reaches it: a shell starts background commands without. */
    static boolean interruptible() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .noneMatch(ignored -> (ignored & BIT_OF_SIGINT) != 0);
    }

    /** Sends a signal by its name; returns how long the process then lived. */
    Duration end(String signal) throws IOException, InterruptedException {
        Instant sent = Instant.now();
        String pid = Long.toString(process.pid());
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
        awaitEnd();
        return Duration.between(sent, Instant.now());
    }

    int exitCode() {
        return process.exitValue();
    }

    String text() {
        return String.join("\n", lines);
    }

    /** Private folders that are left. */
    List<String> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("shoal-"))
                    .toList();
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
