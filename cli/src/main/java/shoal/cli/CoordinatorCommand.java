package shoal.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import shoal.cli.local.CoordinatorRun;
import shoal.wire.HostPort;

/** {@code shoal coordinator}: admits workers, queues runs, keeps results. */
@Command(
        name = "coordinator",
        mixinStandardHelpOptions = true,
        description = "Run a coordinator here, until interrupted.")
final class CoordinatorCommand implements Callable<Integer> {
    private static final String OFF = "off";

    private final CommandContext context;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Where it keeps runs, files and tokens; made if it is not there.")
    private String data = "";

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:7461",
            description = "For clients and workers (default: ${DEFAULT-VALUE}).")
    private String listen = "";

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT|off",
            defaultValue = "127.0.0.1:7462",
            description = "For /healthz and /readyz (default: ${DEFAULT-VALUE}).")
    private String http = "";

    CoordinatorCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Optional<HostPort> httpAddress =
                http.equals(OFF) ? Optional.empty() : Optional.of(Addresses.parse("--http", http));
        CoordinatorRun.untilInterrupted(
                context.path(data),
                Addresses.parse("--listen", listen),
                httpAddress,
                context.console());
        return 0;
    }
}
