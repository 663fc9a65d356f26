package shoal.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import shoal.cli.local.WorkerRun;

/** {@code shoal worker}: joins a coordinator and serves run after run. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description = "Run a worker here, until interrupted.")
final class WorkerCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "Its identity and its cache of files (default: ~/.cache/shoal/worker).")
    private @Nullable String workDirectory;

    @Option(
            names = "--lanes",
            paramLabel = "N",
            defaultValue = "0",
            description = "Compute threads (default: usable cores). Never changes a result.")
    private int lanes;

    WorkerCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        WorkerRun.untilEnd(connection.resolve(context), directory(), LaneCount.checked(lanes));
        return 0;
    }

    private Path directory() {
        if (workDirectory != null) {
            return context.path(workDirectory);
        }
        String home = context.environment().getOrDefault("HOME", ".");
        String cache = context.environment().getOrDefault("XDG_CACHE_HOME", home + "/.cache");
        return context.path(cache).resolve("shoal").resolve("worker");
    }
}
