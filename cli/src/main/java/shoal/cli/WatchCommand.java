package shoal.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import shoal.cli.client.CoordinatorClient;
import shoal.cli.client.RunFollower;
import shoal.cli.render.RunDisplay;
import shoal.proto.v1.StatusChanged;

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
        String name = RunName.of(run);
        try (CoordinatorClient client = CoordinatorClient.open(connection.resolve(context))) {
            return follow(context, client, name);
        }
    }

    /** Follows a run to its end and shows its results; returns the exit code. */
    static int follow(CommandContext context, CoordinatorClient client, String run) {
        RunDisplay display = new RunDisplay(context.console(), context.clock());
        StatusChanged end;
        try {
            end = new RunFollower(client, run, display::show).follow();
        } finally {
            display.finish();
            if (context.interrupts().happened()) {
                context.console()
                        .err()
                        .println("detached; run " + run + " goes on: shoal watch " + run);
            }
        }
        if (end.getStatus() == shoal.proto.v1.RunStatus.DONE) {
            String model = "at the coordinator; fetch it: shoal export " + run + " --to DIR";
            display.summary(model).forEach(context.console().out()::println);
        }
        return RunEnding.report(end, run, context.console());
    }
}
