package shoal.testkit.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands that mount small disks only for themselves: nothing of them is left when they end. */
final class OwnMounts {
    private static final List<String> UNSHARE = List.of("unshare", "--user", "-r", "--mount");

    private OwnMounts() {}

    /** Why nothing can be mounted here; empty if it can. */
    static Optional<String> missing() throws InterruptedException {
        List<String> probe = new ArrayList<>(UNSHARE);
        probe.addAll(List.of("mount", "-t", "tmpfs", "tmpfs", "/mnt"));
        try {
            if (new ProcessBuilder(probe).start().waitFor() == 0) {
                return Optional.empty();
            }
        } catch (IOException noUnshare) {
            // As where it is not allowed.
        }
        return Optional.of("no tmpfs can be mounted here (unshare --user --mount)");
    }

    /** A command whose last words are another one, which the script runs as {@code "$@"}. */
    static List<String> by(String script) {
        List<String> command = new ArrayList<>(UNSHARE);
        command.addAll(List.of("sh", "-c", script, "sh"));
        return command;
    }
}
