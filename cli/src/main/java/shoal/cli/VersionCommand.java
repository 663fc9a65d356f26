package shoal.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code shoal version}: the versions that a bug report needs. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Print the version of Shoal and of Java.")
final class VersionCommand implements Callable<Integer> {
    private final CommandContext context;

    VersionCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.console().out().println("shoal " + Version.text() + ", Java " + Runtime.version());
        return 0;
    }
}
