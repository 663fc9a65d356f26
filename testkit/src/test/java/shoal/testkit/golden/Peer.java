package shoal.testkit.golden;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Python with HF's transformers, where there is one: bench/peer.sh makes it; another one by
 * -Dshoal.peer=PYTHON.
 */
public final class Peer {
    private static final Path ROOT = Path.of(System.getProperty("shoal.root", "."));
    private static final Path PYTHON =
            Path.of(
                    System.getProperty(
                            "shoal.peer", ROOT.resolve("bench/.venv/bin/python").toString()));

    private Peer() {}

    /** Skips the test, with a word, where there is none. */
    public static void assume() {
        assumeTrue(
                Files.isExecutable(PYTHON),
                "no Python with transformers: bench/peer.sh makes one, or -Dshoal.peer=PYTHON");
    }

    /** Trains by HF's Trainer on the CPU, and keeps what it says in a log beside the output. */
    public static void train(Path output, List<String> flags) throws Exception {
        List<String> words = new ArrayList<>(flags);
        words.add("--output_dir=" + output);
        words.add("--use_cpu=True");
        words.add("--disable_tqdm=True");
        run("bench/hf_train.py", output.resolveSibling(output.getFileName() + ".log"), words);
    }

    /** Runs a script of the project to its end, which must be a good one. */
    public static void run(String script, Path log, List<String> words)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(PYTHON.toString(), ROOT.resolve(script).toString()));
        command.addAll(words);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(script + " ended").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(log, UTF_8)).isEqualTo(0);
    }
}
