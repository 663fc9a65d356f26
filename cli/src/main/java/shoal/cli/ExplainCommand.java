package shoal.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;
import shoal.cli.job.JobReader;
import shoal.cli.render.KeyList;
import shoal.recipe.request.Explanation;

/** {@code shoal explain}: what the flags and files of a run mean, key by key. Runs nothing. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Show every key of a run: its value, where it came from, what Hugging Face or DeepSpeed"
                    + " do with it, and what Shoal does.",
            "Takes every flag that `shoal train` takes. Reads configuration files, but neither data"
                    + " nor model."
        })
final class ExplainCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "json",
            description = "json: dialect, name, value, origin, given, verdict, upstream, here.")
    private @Nullable OutputFormat format;

    @Unmatched private @Nullable List<String> typed;

    ExplainCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<String> words =
                TrainingWords.orSample(
                        typed == null ? List.of() : typed,
                        context.home(),
                        context.workingDirectory());
        Explanation explanation =
                JobReader.request(words, context.workingDirectory()).explanation();
        if (format == OutputFormat.json) {
            context.console().out().print(KeyList.json(explanation.lines()));
        } else {
            KeyList.text(explanation.lines()).forEach(context.console().out()::println);
        }
        return 0;
    }
}
