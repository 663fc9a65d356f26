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
import shoal.model.checkpoint.Checkpoint;
import shoal.model.checkpoint.Checkpoints;
import shoal.model.checkpoint.HuggingFaceExport;
import shoal.model.checkpoint.SealedFile;
import shoal.plan.schedule.LearningRates;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;

/**
 * {@code shoal export RUN --to DIR} fetches the model folder of a finished run; {@code shoal export
 * FOLDER --format hf-trainer --to DIR} makes of a checkpoint one that HF's Trainer goes on from.
 */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description =
                "Fetch the results of a finished run, or write a checkpoint as HF's Trainer resumes"
                        + " it.")
final class ExportCommand implements Callable<Integer> {
    private static final String MODEL = "model";
    private static final String HF_TRAINER = "hf-trainer";

    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Parameters(
            paramLabel = "RUN",
            description =
                    "Its name, as `shoal runs` lists it; with --format hf-trainer, a folder"
                            + " checkpoint-N, or one that holds several, of which the newest good"
                            + " one is taken.")
    private String run = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = MODEL,
            description = "model: the model folder. hf-trainer: for resume_from_checkpoint.")
    private String format = MODEL;

    @Option(
            names = {"--to", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "Made if it is not there; files of the same names are replaced.")
    private String to = "";

    ExportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!format.equals(MODEL) && !format.equals(HF_TRAINER)) {
            throw new UserException(
                    "--format", "is '" + format + "', expected " + MODEL + " or " + HF_TRAINER);
        }
        Path folder = context.path(to);
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new UserException("--to", to + " is a file; name a folder");
        }
        return format.equals(MODEL) ? fetch(folder) : writeForTrainer(folder);
    }

    private int writeForTrainer(Path folder) {
        Checkpoint checkpoint = checkpoint(context.path(run));
        checkpoint.verify();
        Recipe recipe =
                checkpoint
                        .recipe()
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                run,
                                                "was written by HF's Trainer, which reads it as it"
                                                        + " is"));
        int steps = checkpoint.trainerState().maxSteps();
        double rate = LearningRates.of(recipe, steps).used(checkpoint.position().updates());
        long bytes =
                new HuggingFaceExport(checkpoint, rate)
                        .into(folder, to).stream().mapToLong(SealedFile::sizeBytes).sum();
        context.console()
                .out()
                .println(
                        String.format(
                                "%s: %s of step %d. Go on with"
                                        + " trainer.train(resume_from_checkpoint=\"%s\")",
                                to, Sizes.bytes(bytes), checkpoint.position().step(), to));
        return 0;
    }

    private Checkpoint checkpoint(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UserException(
                    run,
                    "is no folder; "
                            + HF_TRAINER
                            + " is written from a folder checkpoint-N. Those of a submitted run"
                            + " come with shoal export RUN --to DIR");
        }
        Checkpoints checkpoints = Checkpoints.in(folder, run);
        if (checkpoints.steps().isEmpty()) {
            return Checkpoint.open(folder, run);
        }
        Checkpoints.Choice choice = checkpoints.newest();
        if (choice.newest().isEmpty()) {
            throw new UserException(choice.passedOver());
        }
        return choice.newest().get();
    }

    private int fetch(Path folder) {
        String name = RunName.of(run, "RUN");
        try (CoordinatorClient client = connection.client(context)) {
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
