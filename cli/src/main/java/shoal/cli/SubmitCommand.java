package shoal.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;
import shoal.cli.client.Connection;
import shoal.cli.client.CoordinatorClient;
import shoal.cli.client.RunFollower;
import shoal.cli.client.Submission;
import shoal.cli.job.Job;
import shoal.cli.job.JobReader;
import shoal.cli.render.Console;
import shoal.cli.render.RunDisplay;
import shoal.recipe.UserException;

/** {@code shoal submit}: checks a run here, sends what the coordinator lacks, and follows it. */
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        description = {
            "Submit a run to a coordinator and follow it; Ctrl-C detaches.",
            "Takes every flag that `shoal train` takes."
        })
final class SubmitCommand implements Callable<Integer> {
    /** Formats for scripts. */
    enum Format {
        name
    }

    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What to call the run; else the coordinator chooses.")
    private @Nullable String name;

    @Option(names = "--no-wait", description = "Do not follow the run.")
    private boolean noWait;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "name",
            description = "name: print nothing but run/NAME to standard output.")
    private @Nullable Format format;

    @Unmatched private @Nullable List<String> words;

    SubmitCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Connection coordinator = connection.resolve(context);
        String wanted = name == null ? "" : RunName.of(name, "--name");
        Job job =
                JobReader.read(
                        words == null ? List.of() : words,
                        context.workingDirectory(),
                        context.hubCache());
        String output = checkedOutput(job.recipe().outputDirectory());
        Console console = format == Format.name ? context.console().quiet() : context.console();
        RunDisplay display = new RunDisplay(console, context.clock());
        try (CoordinatorClient client = CoordinatorClient.open(coordinator, display::remark)) {
            job.banner().forEach(display::print);
            display.print(job.asks());
            if (noWait) {
                // Who follows the run hears them from the coordinator.
                job.notices().forEach(notice -> display.print("note: " + notice));
            }
            String run;
            try {
                run =
                        new Submission(client, (done, all) -> display.transfer("sent", done, all))
                                .submit(
                                        wanted,
                                        job.recipeJson(output),
                                        job.files(),
                                        job.demand(),
                                        job.resumePoint());
            } finally {
                display.finish();
            }
            if (format == Format.name) {
                context.console().out().println("run/" + run);
            } else {
                display.print("submitted run " + run + " to " + coordinator.address());
            }
            return noWait
                    ? 0
                    : Following.toEnd(context, console, client, run, RunFollower::ofAccepted);
        }
    }

    /** The result lies under the run's folder at the coordinator, so no path may leave it. */
    private static String checkedOutput(String typed) {
        Path path = Path.of(typed);
        boolean leaves = path.isAbsolute() || path.normalize().startsWith("..");
        for (Path part : path) {
            leaves |= part.toString().equals("..");
        }
        if (leaves || typed.isBlank()) {
            throw new UserException(
                    "output_dir",
                    "is '"
                            + typed
                            + "', but a submitted run's is a relative path without '..': it lies"
                            + " under the run's folder at the coordinator. `shoal export` fetches"
                            + " it to where you want it");
        }
        return typed;
    }
}
