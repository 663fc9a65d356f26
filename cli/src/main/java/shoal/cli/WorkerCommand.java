package shoal.cli;

import java.nio.file.Path;
import java.util.Optional;
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

    @Option(
            names = "--peer-listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description =
                    "For the other workers of a run, on loopback (default: 127.0.0.1, any free"
                            + " port).")
    private String peerListen = "";

    @Option(
            names = "--advertise",
            paramLabel = "HOST:PORT",
            description = "Where other workers reach it, if not where it listens.")
    private @Nullable String advertise;

    WorkerCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        WorkerRun.Place place =
                new WorkerRun.Place(
                        directory(),
                        Addresses.parse("--peer-listen", peerListen),
                        Optional.ofNullable(advertise)
                                .map(typed -> Addresses.parse("--advertise", typed)));
        WorkerRun.untilEnd(connection.resolve(context), place, LaneCount.checked(lanes));
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
