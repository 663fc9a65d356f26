package shoal.cli.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** JVM settings per kind of process; the launcher reads the same files. */
final class JvmOptions {
    private JvmOptions() {}

    /** The options of {@code jvm/KIND.options}, comments left out. */
    static List<String> of(String kind) {
        String resource = "/shoal/cli/jvm/" + kind + ".options";
        try (InputStream in = JvmOptions.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
