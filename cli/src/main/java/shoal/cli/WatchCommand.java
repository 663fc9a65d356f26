package shoal.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import shoal.cli.client.CoordinatorClient;
import shoal.cli.client.RunFollower;

/** {@code shoal watch RUN}: replays a run's log and follows it; ends as the run ends. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Replay and follow a run; the exit code is the run's. Ctrl-C detaches.")
final class WatchCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Parameters(paramLabel = "RUN", description = "Its name, as `shoal runs` lists it.")
    private String run = "";

    WatchCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String name = RunName.of(run, "RUN");
        try (CoordinatorClient client = connection.client(context)) {
            return Following.toEnd(context, context.console(), client, name, RunFollower::new);
        }
    }
}
