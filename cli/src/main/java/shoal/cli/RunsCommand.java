package shoal.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import shoal.cli.client.CoordinatorClient;
import shoal.cli.render.RunList;
import shoal.proto.v1.RunSummary;

/** {@code shoal runs}: what a coordinator has run, runs and will run. */
@Command(
        name = "runs",
        mixinStandardHelpOptions = true,
        description = "List a coordinator's runs, newest first.")
final class RunsCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "json",
            description = "json: name, status, step, steps, workers, reason of each run.")
    private @Nullable OutputFormat format;

    RunsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        try (CoordinatorClient client = connection.client(context)) {
            List<RunSummary> runs = client.runs();
            if (format == OutputFormat.json) {
                context.console().out().print(RunList.json(runs));
            } else if (runs.isEmpty()) {
                context.console().err().println("no runs yet; `shoal submit` adds one");
            } else {
                RunList.table(runs, context.clock().instant())
                        .forEach(context.console().out()::println);
            }
            return 0;
        }
    }
}
