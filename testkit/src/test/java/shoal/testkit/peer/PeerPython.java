package shoal.testkit.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A Python that has the peer: torch, transformers and what its Trainer needs. */
record PeerPython(String command) {
    private static final Path ROOT = Path.of(System.getProperty("shoal.root", "."));
    private static final String IMPORTS = "import torch, transformers, accelerate, sklearn";

    /** Importing torch for the first time on a busy machine can take minutes. */
    private static final long LIMIT_SECONDS = 600;

    /** What ran: its exit status and what it printed. */
    private record Ended(int status, String output, String errors) {}

    /**
     * The first that can import the peer of SHOAL_PEER_PYTHON, bench/.venv, python3; else skips.
     */
    static PeerPython require() {
        List<String> candidates = new ArrayList<>();
        Optional.ofNullable(System.getenv("SHOAL_PEER_PYTHON")).ifPresent(candidates::add);
        Path installed = ROOT.resolve("bench/.venv/bin/python").toAbsolutePath();
        if (Files.isExecutable(installed)) {
            candidates.add(installed.toString());
        }
        candidates.add("python3");
        for (String command : candidates) {
            PeerPython python = new PeerPython(command);
            if (python.hasPeer()) {
                return python;
            }
        }
        return abort(
                "skipped: none of "
                        + candidates
                        + " can \""
                        + IMPORTS
                        + "\"; bench/peer.sh installs the peer in bench/.venv");
    }

    private boolean hasPeer() {
        try {
            return run(List.of(command, "-c", IMPORTS)).status() == 0;
        } catch (UncheckedIOException notThere) {
            return false;
        }
    }

    /** Runs a script of the project and returns the last line that it prints. */
    String lastLineOf(String script, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(command);
        words.add(ROOT.resolve(script).toAbsolutePath().toString());
        words.addAll(List.of(arguments));
        Ended ended = run(words);
        if (ended.status() != 0) {
            throw new AssertionError(
                    words + " ended with status " + ended.status() + ":\n" + ended.errors());
        }
        List<String> lines = ended.output().lines().toList();
        return lines.get(lines.size() - 1);
    }

    private static Ended run(List<String> words) {
        try {
            Path output = Files.createTempFile("shoal-peer", ".out");
            Path errors = Files.createTempFile("shoal-peer", ".err");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(words)
                                .redirectOutput(output.toFile())
                                .redirectError(errors.toFile());
                builder.environment().put("HF_HUB_OFFLINE", "1");
                int status = end(builder.start());
                return new Ended(
                        status, Files.readString(output, UTF_8), Files.readString(errors, UTF_8));
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException notStarted) {
            throw new UncheckedIOException(notStarted);
        }
    }

    private static int end(Process process) {
        try {
            if (process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            throw new AssertionError("Python ran for more than " + LIMIT_SECONDS + " s");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while Python ran", interrupted);
        } finally {
            process.destroyForcibly();
        }
    }
}
