package shoal.model.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Names of staging folders: {@code .TARGET.staging-PID-RANDOM}, beside the target. The process id
 * tells those of living processes from leftovers.
 */
final class StagingName {
    private final String prefix;

    private StagingName(String prefix) {
        this.prefix = prefix;
    }

    static StagingName of(Path target) {
        return new StagingName("." + target.getFileName() + ".staging-");
    }

    /** Removes leftovers of dead processes and makes a folder of our own. */
    Path createIn(Path parent) throws IOException {
        for (Path leftover : leftovers(parent)) {
            remove(leftover);
        }
        return Files.createTempDirectory(parent, prefix + ProcessHandle.current().pid() + "-");
    }

    private List<Path> leftovers(Path parent) throws IOException {
        try (Stream<Path> siblings = Files.list(parent)) {
            return siblings.filter(each -> isLeftover(each.getFileName().toString())).toList();
        }
    }

    private boolean isLeftover(String name) {
        if (!name.startsWith(prefix)) {
            return false;
        }
        String pid = name.substring(prefix.length()).replaceFirst("-.*", "");
        return pid.matches("[0-9]{1,18}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty();
    }

    /** Removes a staging folder, which holds files only; nothing to do where there is none. */
    static void remove(Path staging) throws IOException {
        if (!Files.isDirectory(staging)) {
            return;
        }
        try (Stream<Path> files = Files.list(staging)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(staging);
    }
}
