package shoal.cli.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import shoal.cli.outcome.CommandException;
import shoal.recipe.ErrorCode;
import shoal.recipe.Require;
import shoal.wire.Token;

/** Measures how fast two worker processes on this machine exchange a model's gradient. */
public final class ExchangeCheck {
    /** Moved before rounds count: until then the compiler is still at work. */
    private static final long WARM_BYTES = 3_000_000_000L;

    private static final int LEAST_WARM_ROUNDS = 4;
    private static final int MOST_WARM_ROUNDS = 100;

    private static final long END_MILLIS = 2_000;

    private ExchangeCheck() {}

    /**
     * What was measured.
     *
     * @param throughMemory whether shared memory was used
     * @param sizeBytes of the gradient
     * @param seconds of each round: every worker begins with its own gradient and ends with the sum
     */
    public record Measured(boolean throughMemory, long sizeBytes, List<Double> seconds) {
        public Measured {
            seconds = seconds.stream().sorted().toList();
            Require.atLeast("rounds", seconds.size(), 1);
        }

        public double median() {
            return seconds.get(seconds.size() / 2);
        }

        public double least() {
            return seconds.get(0);
        }

        public double most() {
            return seconds.get(seconds.size() - 1);
        }

        /** Bytes of gradient per second, in millions. */
        public double megabytesPerSecond() {
            return sizeBytes / 1e6 / median();
        }
    }

    /**
     * Sums a gradient over two processes, round after round.
     *
     * @param elements of the gradient, a multiple of 32
     * @param memory whether shared memory may be used
     * @param rounds counted
     */
    public static Measured measure(int elements, boolean memory, int rounds)
            throws InterruptedException {
        List<Process> workers = new ArrayList<>();
        try {
            for (int index = 0; index < 2; index++) {
                workers.add(start(index, elements, memory, rounds));
            }
            return follow(workers, elements);
        } catch (IOException e) {
            throw new CommandException(
                    ErrorCode.INTERNAL, "the two processes cannot be measured: " + e);
        } finally {
            for (Process worker : workers) {
                if (!worker.waitFor(END_MILLIS, TimeUnit.MILLISECONDS)) {
                    worker.destroyForcibly().waitFor();
                }
            }
        }
    }

    private static Process start(int index, int elements, boolean memory, int rounds)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmOptions.of("worker"));
        command.add("-Dshoal.logLevel=WARN");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ExchangeChild.class.getName());
        command.add(Integer.toString(index));
        command.add(memory ? "memory" : "streams");
        command.add(Integer.toString(elements));
        command.add(Integer.toString(warmRounds(elements)));
        command.add(Integer.toString(rounds));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static int warmRounds(int elements) {
        long rounds = WARM_BYTES / Float.BYTES / elements;
        return (int) Math.max(LEAST_WARM_ROUNDS, Math.min(rounds, MOST_WARM_ROUNDS));
    }

    private static Measured follow(List<Process> workers, int elements) throws IOException {
        BufferedReader first = workers.get(0).inputReader();
        BufferedReader second = workers.get(1).inputReader();
        String line =
                first.readLine()
                        + " "
                        + second.readLine()
                        + " "
                        + Token.create(new SecureRandom()).secret()
                        + "\n";
        for (Process worker : workers) {
            worker.outputWriter().append(line).flush();
        }
        boolean throughMemory = false;
        List<Double> seconds = new ArrayList<>();
        for (String said = first.readLine(); said != null; said = first.readLine()) {
            String[] words = said.split(" ", 2);
            if (words[0].equals("through-memory")) {
                throughMemory = words[1].equals("1");
            } else {
                seconds.add(Double.parseDouble(words[1]));
            }
        }
        if (seconds.isEmpty()) {
            throw new IOException("no round was finished");
        }
        return new Measured(throughMemory, (long) elements * Float.BYTES, seconds);
    }
}
