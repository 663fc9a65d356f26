package shoal.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Unmatched;
import shoal.cli.client.CoordinatorClient;
import shoal.cli.client.ResultDownload;
import shoal.cli.client.RunFollower;
import shoal.cli.client.Submission;
import shoal.cli.job.Job;
import shoal.cli.job.JobReader;
import shoal.cli.local.LocalCluster;
import shoal.cli.local.WorkerEnd;
import shoal.cli.outcome.CommandException;
import shoal.cli.outcome.FileTrees;
import shoal.cli.render.RunDisplay;
import shoal.engine.djl.LibtorchFolder;
import shoal.model.checkpoint.FolderLock;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.StatusChanged;
import shoal.recipe.MachineException;
import shoal.recipe.MonitorRecipe;
import shoal.wire.HostName;

/**
 * {@code shoal train}: the whole cluster for one run: starts a coordinator and its workers,
 * submits, follows, fetches the result and stops them.
 */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Fine-tune a GPT-2 classifier on this machine. Without flags: the bundled sample.",
            "",
            "  --train_file T.tsv --eval_file E.tsv  rows: label, tab, text",
            "  --pretrained_model_name_or_path DIR   a Hugging Face model folder, or the name",
            "                                        of a model in Hugging Face's cache",
            "  --train_args_file train_args.json     Hugging Face training arguments",
            "  --deepspeed ds_config.json            a DeepSpeed configuration",
            "  --max_seq_length N                    tokens of a row that are read",
            "  --output_dir DIR                      where the model and checkpoints go",
            "  --resume_from_checkpoint DIR|true     go on from one; true: from the newest",
            "  --workers N|MIN:MAX                   processes; never changes a bit where",
            "                                        --ranks is given",
            "  --ranks R                             logical ranks, HF's world size (default:",
            "                                        as many as workers)",
            "  --lanes N                             compute threads of each worker; never",
            "                                        changes a bit",
            "  --any_training_argument VALUE         as Hugging Face names them; all names:",
            "                                        docs/arguments.md",
            ""
        })
final class TrainCommand implements Callable<Integer> {
    /** The one run's name, at a coordinator that nobody else sees. */
    private static final String RUN = "train";

    private static final String CSV_FOLDER = "csv_monitor.output_path/job_name";

    private final CommandContext context;

    @Mixin private LibtorchOption libtorch = new LibtorchOption();

    @Unmatched private @Nullable List<String> typed;

    TrainCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<String> words =
                TrainingWords.orSample(
                        typed == null ? List.of() : typed,
                        context.home(),
                        context.workingDirectory());
        Optional<LibtorchFolder> installed = libtorch.named(context);
        try (LocalCluster cluster =
                LocalCluster.open(context.interrupts(), context.workingDirectory(), installed)) {
            Job job = JobReader.read(words, context.workingDirectory(), context.hubCache());
            Path output = context.path(job.recipe().outputDirectory());
            OutputFolderCheck.require(output, job.recipe().outputDirectory(), "--output_dir");
            MonitorRecipe monitor = job.recipe().monitor();
            if (monitor.writesCsv()) {
                OutputFolderCheck.require(
                        context.path(monitor.csvFolder()), monitor.csvFolder(), CSV_FOLDER);
            }
            return train(cluster, job, output, installed);
        }
    }

    @SuppressWarnings("try") // The folder is only held, until the command ends.
    private int train(
            LocalCluster cluster, Job job, Path output, Optional<LibtorchFolder> installed) {
        try (FolderLock held =
                FolderLock.take(output, job.recipe().outputDirectory(), HostName.ofThisMachine())) {
            RunDisplay display = new RunDisplay(context.console(), context.clock());
            int workers = job.inputs().workers().most();
            int lanes = LaneCount.orUsableCores(job.inputs().lanes(), workers);
            job.banner().forEach(display::print);
            installed.ifPresent(found -> display.print("libtorch: " + found.words()));
            display.print(
                    "lanes: "
                            + lanes
                            + (workers == 1
                                    ? " in one worker"
                                    : " in each of " + workers + " workers")
                            + "; how many never changes a bit");
            try (CoordinatorClient client =
                    CoordinatorClient.open(cluster.start(workers, lanes), display::remark)) {
                return train(cluster, client, job, display);
            } finally {
                display.finish();
                if (context.interrupts().happened()) {
                    howToResume(display, job);
                }
            }
        }
    }

    private int train(LocalCluster cluster, CoordinatorClient client, Job job, RunDisplay display) {
        new Submission(client, (done, all) -> {})
                .submit(
                        RUN,
                        job.recipeJson(job.recipe().outputDirectory()),
                        job.files(),
                        job.demand(),
                        job.resumePoint());
        cluster.onWorkersEnd(job.inputs().workers().least(), () -> cancelQuietly(client));
        StatusChanged end = RunFollower.ofAccepted(client, RUN, display::show).follow();
        Optional<WorkerEnd> workerEnd = cluster.workerEnd();
        if (end.getStatus() == RunStatus.CANCELLED && workerEnd.isPresent()) {
            howToResume(display, job);
            throw new CommandException(workerEnd.get().code(), workerEnd.get().words());
        }
        display.finish();
        if (end.getStatus() == RunStatus.DONE) {
            String typedOutput = job.recipe().outputDirectory();
            new ResultDownload(client, RUN).into(context.path(typedOutput), (done, all) -> {});
            placeRates(context.path(typedOutput), job.recipe().monitor());
            display.summary(typedOutput).forEach(context.console().out()::println);
        }
        int code = RunEnding.report(end, RUN, context.console());
        if (end.getStatus() != RunStatus.DONE) {
            workerEnd.ifPresent(how -> context.console().err().println("shoal: " + how.words()));
            howToResume(display, job);
        }
        return code;
    }

    private void howToResume(RunDisplay display, Job job) {
        display.newestCheckpoint()
                .ifPresent(
                        step ->
                                context.console()
                                        .err()
                                        .println(
                                                "shoal: checkpoint-"
                                                        + step
                                                        + " is kept in "
                                                        + job.recipe().outputDirectory()
                                                        + "; go on from it with the same flags and"
                                                        + " --resume_from_checkpoint true"));
    }

    /** The table of rates comes with the result; DeepSpeed's users look for it elsewhere. */
    private void placeRates(Path output, MonitorRecipe monitor) {
        if (!monitor.writesCsv()) {
            return;
        }
        try {
            FileTrees.moveFile(
                    output.resolve(MonitorRecipe.RATES_FILE), context.path(monitor.csvFolder()));
        } catch (IOException e) {
            throw MachineException.of(
                    CSV_FOLDER,
                    "is '"
                            + monitor.csvFolder()
                            + "' and cannot be written; the model is complete, and "
                            + MonitorRecipe.RATES_FILE
                            + " lies beside it",
                    e);
        }
    }

    /** Without its workers the run would wait in vain; the end of the command says why. */
    private static void cancelQuietly(CoordinatorClient client) {
        try {
            client.cancel(RUN, "a worker of it ended");
        } catch (RuntimeException tooLate) {
            // The run has ended, or this command has: either way nothing waits.
        }
    }
}
