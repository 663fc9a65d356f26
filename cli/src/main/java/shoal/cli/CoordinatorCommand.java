package shoal.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import shoal.cli.local.CoordinatorRun;
import shoal.recipe.Problems;
import shoal.wire.HostPort;
import shoal.wire.Loopback;

/** {@code shoal coordinator}: admits workers, queues runs, keeps results. */
@Command(
        name = "coordinator",
        mixinStandardHelpOptions = true,
        description = "Run a coordinator here, until interrupted.")
final class CoordinatorCommand implements Callable<Integer> {
    private static final String OFF = "off";
    private static final int PORT = 7_461;
    private static final int HTTP_PORT = 7_462;

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
            description = "For clients and workers (default: 127.0.0.1:7461).")
    private @Nullable String listen;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT|off",
            description = "For /healthz and /readyz (default: 127.0.0.1:7462).")
    private @Nullable String http;

    @Option(
            names = "--tls",
            paramLabel = "auto|on|off",
            defaultValue = "auto",
            description =
                    "Encrypt connections; auto: where other machines reach it, or any --tls flag"
                            + " is given (default: ${DEFAULT-VALUE}).")
    private Tls tls = Tls.auto;

    @Option(
            names = "--tls-name",
            paramLabel = "NAME",
            description =
                    "A name or address that this machine is dialled by, beside those of its"
                            + " interfaces; may be given several times.")
    private List<String> tlsNames = List.of();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "A certificate of your own for this machine, and those above it (PEM); else"
                            + " one is made in DIR/tls.")
    private @Nullable String tlsCertificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The private key of --tls-cert (PEM, no passphrase).")
    private @Nullable String tlsKey;

    /** As typed. */
    enum Tls {
        auto,
        on,
        off
    }

    CoordinatorCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Optional<HostPort> httpAddress =
                OFF.equals(http)
                        ? Optional.empty()
                        : Optional.of(address("--http", http, HTTP_PORT));
        CoordinatorRun.untilInterrupted(
                context.path(data),
                address("--listen", listen, PORT),
                httpAddress,
                encryption(),
                context.console());
        return 0;
    }

    private static HostPort address(String flag, @Nullable String typed, int port) {
        return typed == null ? new HostPort(Loopback.host(), port) : Addresses.parse(flag, typed);
    }

    private CoordinatorRun.Encryption encryption() {
        Problems problems = new Problems();
        if ((tlsCertificate == null) != (tlsKey == null)) {
            problems.add(
                    tlsKey == null ? "--tls-cert" : "--tls-key",
                    "needs "
                            + (tlsKey == null ? "--tls-key" : "--tls-cert")
                            + " too: a certificate and its private key.");
        }
        if (tls == Tls.off && (tlsCertificate != null || tlsKey != null || !tlsNames.isEmpty())) {
            problems.add("--tls off", "contradicts the other --tls flags. Leave it out, or them.");
        }
        problems.throwIfAny();
        return new CoordinatorRun.Encryption(
                tls.name(),
                tlsNames,
                Optional.ofNullable(tlsCertificate).map(context::path),
                Optional.ofNullable(tlsKey).map(context::path));
    }
}
