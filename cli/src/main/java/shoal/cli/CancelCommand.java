package shoal.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import shoal.cli.client.CoordinatorClient;
import shoal.cli.render.RunList;
import shoal.proto.v1.RunStatus;

/** {@code shoal cancel RUN}. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = "End a run that has not ended.")
final class CancelCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Parameters(paramLabel = "RUN", description = "Its name, as `shoal runs` lists it.")
    private String run = "";

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "cancelled by its user",
            description = "Kept with the run and shown to who watches it.")
    private String reason = "";

    CancelCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String name = RunName.of(run, "RUN");
        try (CoordinatorClient client = connection.client(context)) {
            RunStatus status = client.cancel(name, reason);
            context.console().out().println("run/" + name + " " + RunList.status(status));
            return 0;
        }
    }
}
