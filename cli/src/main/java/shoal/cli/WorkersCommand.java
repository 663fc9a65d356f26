package shoal.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import shoal.cli.client.CoordinatorClient;
import shoal.cli.render.WorkerList;
import shoal.proto.v1.WorkerSummary;

/** {@code shoal workers}: who computes for a coordinator, and what. */
@Command(
        name = "workers",
        mixinStandardHelpOptions = true,
        description =
                "List a coordinator's workers by name: free, busy with a run, or lost while their"
                        + " run waits for them. All have the coordinator's version.")
final class WorkersCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "json",
            description =
                    "json: name, status, run, index, host, lanes, peer, silent_millis of each.")
    private @Nullable OutputFormat format;

    WorkersCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        try (CoordinatorClient client = connection.client(context)) {
            List<WorkerSummary> workers = client.describe().getWorkersList();
            if (format == OutputFormat.json) {
                context.console().out().print(WorkerList.json(workers));
            } else if (workers.isEmpty()) {
                context.console()
                        .err()
                        .println(
                                "no workers yet; start one with the line that the coordinator"
                                        + " prints: shoal worker --coordinator ...");
            } else {
                WorkerList.table(workers).forEach(context.console().out()::println);
            }
            return 0;
        }
    }
}
