package shoal.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import shoal.cli.client.Connection;
import shoal.cli.local.WorkerRun;
import shoal.recipe.UserException;
import shoal.wire.HostPort;
import shoal.wire.Loopback;
import shoal.wire.OwnAddress;

/** {@code shoal worker}: joins a coordinator and serves run after run. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description = "Run a worker here, until interrupted.")
final class WorkerCommand implements Callable<Integer> {
    /** A day. */
    private static final int MOST_JOIN_WAIT_SECONDS = 86_400;

    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "Its identity and its cache of files (default: ~/.cache/shoal/worker).")
    private @Nullable String workDirectory;

    @Option(
            names = "--offload-dir",
            paramLabel = "DIR",
            description =
                    "Runs that keep state in files (nvme_path) may do so below this folder only"
                            + " (default: the work folder).")
    private @Nullable String offloadDirectory;

    @Mixin private LibtorchOption libtorch = new LibtorchOption();

    @Option(
            names = "--lanes",
            paramLabel = "N",
            defaultValue = "0",
            description = "Compute threads (default: usable cores). Never changes a result.")
    private int lanes;

    @Option(
            names = "--peer-listen",
            paramLabel = "HOST:PORT",
            description =
                    "For the other workers of a run (default: any free port, on the address that"
                            + " the coordinator is reached from).")
    private @Nullable String peerListen;

    @Option(
            names = "--advertise",
            paramLabel = "HOST:PORT",
            description = "Where other workers reach it, if not where it listens.")
    private @Nullable String advertise;

    @Option(
            names = "--device",
            paramLabel = "cuda:N",
            description =
                    "Exchange through NCCL on this CUDA device, in runs whose workers all have one"
                            + " of their own (default: none). Computes on the CPU all the same.")
    private @Nullable String device;

    @Option(
            names = "--join-wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "How long to wait at first for a coordinator that is not there yet (default:"
                            + " ${DEFAULT-VALUE}).")
    private int joinWaitSeconds;

    WorkerCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        libtorch.use(context);
        Connection coordinator = connection.resolve(context);
        WorkerRun.Place place =
                new WorkerRun.Place(
                        directory(),
                        offloadDirectory == null ? directory() : context.path(offloadDirectory),
                        peerListen == null
                                ? nearest(coordinator.address())
                                : Addresses.parse("--peer-listen", peerListen),
                        Optional.ofNullable(advertise)
                                .map(typed -> Addresses.parse("--advertise", typed)),
                        device == null ? OptionalInt.empty() : OptionalInt.of(ordinal(device)));
        WorkerRun.untilEnd(coordinator, place, LaneCount.checked(lanes), joinWait());
        return 0;
    }

    private Duration joinWait() {
        if (joinWaitSeconds < 0 || joinWaitSeconds > MOST_JOIN_WAIT_SECONDS) {
            throw new UserException(
                    "--join-wait",
                    "is "
                            + joinWaitSeconds
                            + ", expected 0 to "
                            + MOST_JOIN_WAIT_SECONDS
                            + " seconds");
        }
        return Duration.ofSeconds(joinWaitSeconds);
    }

    /** A coordinator on loopback has its workers there, too. */
    private static HostPort nearest(HostPort coordinator) {
        return new HostPort(OwnAddress.towards(coordinator).orElseGet(Loopback::host), 0);
    }

    private static int ordinal(String device) {
        if (!device.matches("cuda:\\d{1,4}")) {
            throw new UserException(
                    "--device",
                    "is '" + device + "', expected cuda:N with N from 0. Example: --device cuda:0");
        }
        return Integer.parseInt(device.substring("cuda:".length()));
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
