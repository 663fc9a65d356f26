package shoal.testkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What processes say that tests start by themselves, where {@link TrainProcess} does not fit. */
final class ProcessLines {
    private ProcessLines() {}

    /** Reads until a line has the text; returns that line. */
    static String await(Process process, String text) throws IOException {
        List<String> lines = until(process, text);
        return lines.get(lines.size() - 1);
    }

    /** Reads until a line has the text; returns all lines, that one last. */
    static List<String> until(Process process, String text) throws IOException {
        List<String> lines = new ArrayList<>();
        BufferedReader reader = process.inputReader(UTF_8);
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            lines.add(line);
            if (line.contains(text)) {
                return lines;
            }
        }
        throw new AssertionError("no line has '" + text + "':\n" + String.join("\n", lines));
    }

    /** What a service says later would fill the pipe: it is read and forgotten, in a thread. */
    static void drain(Process process) {
        Thread reader = new Thread(() -> process.inputReader(UTF_8).lines().forEach(line -> {}));
        reader.setDaemon(true);
        reader.start();
    }
}
