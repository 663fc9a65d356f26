package shoal.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import shoal.cli.client.CoordinatorClient;
import shoal.cli.client.ResultDownload;
import shoal.cli.render.RunDisplay;
import shoal.cli.render.Sizes;
import shoal.recipe.UserException;

/** {@code shoal export RUN --to DIR}: fetches the model folder of a finished run. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Fetch the results of a finished run.")
final class ExportCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Parameters(paramLabel = "RUN", description = "Its name, as `shoal runs` lists it.")
    private String run = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "DIR",
            description = "Made if it is not there; files of the same names are replaced.")
    private String to = "";

    ExportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String name = RunName.of(run);
        Path folder = context.path(to);
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new UserException("--to", to + " is a file; name a folder");
        }
        try (CoordinatorClient client = CoordinatorClient.open(connection.resolve(context))) {
            RunDisplay display = new RunDisplay(context.console(), context.clock());
            long bytes;
            try {
                bytes =
                        new ResultDownload(client, name)
                                .into(
                                        folder,
                                        (done, all) -> display.transfer("fetched", done, all));
            } finally {
                display.finish();
            }
            context.console().out().println(to + ": " + Sizes.bytes(bytes) + " of run " + name);
            return 0;
        }
    }
}
