package shoal.cli;

import java.util.function.Consumer;
import shoal.cli.client.CoordinatorClient;
import shoal.cli.client.RunFollower;
import shoal.cli.render.Console;
import shoal.cli.render.RunDisplay;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.StatusChanged;

/** Follows a run at a coordinator that goes on without this command. */
final class Following {
    private Following() {}

    /** How a run at a coordinator is followed. */
    interface Way {
        RunFollower follow(CoordinatorClient client, String run, Consumer<RunEvent> listener);
    }

    /**
     * Shows a run from its first event to its end, then its results; returns the exit code.
     *
     * @param console takes them
     */
    static int toEnd(
            CommandContext context,
            Console console,
            CoordinatorClient client,
            String run,
            Way way) {
        RunDisplay display = new RunDisplay(console, context.clock());
        StatusChanged end;
        try {
            end = way.follow(client, run, display::show).follow();
        } finally {
            display.finish();
            if (context.interrupts().happened()) {
                console.err().println("detached; run " + run + " goes on: shoal watch " + run);
            }
        }
        if (end.getStatus() == RunStatus.DONE) {
            String model = "at the coordinator; fetch it: shoal export " + run + " --to DIR";
            display.summary(model).forEach(console.out()::println);
        }
        int code = RunEnding.report(end, run, console);
        if (end.getStatus() != RunStatus.DONE && display.newestCheckpoint().isPresent()) {
            String checkpoint = "checkpoint-" + display.newestCheckpoint().getAsInt();
            console.err()
                    .println(
                            "shoal: "
                                    + checkpoint
                                    + " is kept at the coordinator; go on from it: shoal export "
                                    + run
                                    + " --to DIR, then submit with --resume_from_checkpoint DIR/"
                                    + checkpoint);
        }
        return code;
    }
}
