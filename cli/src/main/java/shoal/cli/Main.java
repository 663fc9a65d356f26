package shoal.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import shoal.cli.outcome.CommandException;
import shoal.cli.outcome.Interrupts;
import shoal.cli.render.Console;
import shoal.recipe.ErrorCode;
import shoal.recipe.MachineException;
import shoal.recipe.Problem;
import shoal.recipe.UserException;

/**
 * Finds the verb, runs it, and turns every way in which it can end into an exit code: 0 done, 1 run
 * failed or the machine is at fault, 2 user error, 3 cancelled, 4 coordinator unreachable or
 * refused, 70 internal error, 130 interrupted.
 */
public final class Main {
    private final CommandContext context;

    Main(CommandContext context) {
        this.context = requireNonNull(context, "context");
    }

    /** The process: {@code shoal VERB ...}. */
    public static void main(String[] args) {
        Interrupts interrupts = Interrupts.ofThisThread();
        Runtime.getRuntime().addShutdownHook(new Thread(interrupts::interrupt, "interrupt"));
        CommandContext context =
                new CommandContext(
                        Console.ofProcess(System.getProperty("shoal.terminalColumns", "")),
                        System.in,
                        System.getenv(),
                        Path.of("").toAbsolutePath(),
                        Optional.ofNullable(System.getProperty("shoal.home")).map(Path::of),
                        InstantSource.system(),
                        interrupts);
        int code = new Main(context).run(args);
        interrupts.commandEnded();
        System.exit(code);
    }

    /** Runs one command line; returns its exit code and throws nothing. */
    int run(String... args) {
        try {
            return commandLine().execute(args);
        } catch (Throwable bug) {
            return end(bug);
        }
    }

    private CommandLine commandLine() {
        CommandLine line =
                new CommandLine(new Verbs())
                        .addSubcommand(new TrainCommand(context))
                        .addSubcommand(new ExplainCommand(context))
                        .addSubcommand(new CoordinatorCommand(context))
                        .addSubcommand(new WorkerCommand(context))
                        .addSubcommand(new SubmitCommand(context))
                        .addSubcommand(new RunsCommand(context))
                        .addSubcommand(new WorkersCommand(context))
                        .addSubcommand(new WatchCommand(context))
                        .addSubcommand(new CancelCommand(context))
                        .addSubcommand(new ExportCommand(context))
                        .addSubcommand(new PredictCommand(context))
                        .addSubcommand(new DoctorCommand(context))
                        .addSubcommand(new VersionCommand(context))
                        .addSubcommand(new HelpCommand());
        line.setOut(new PrintWriter(context.console().out(), true, UTF_8));
        line.setErr(new PrintWriter(context.console().err(), true, UTF_8));
        line.setExpandAtFiles(false);
        line.setExecutionExceptionHandler((bug, verb, parsed) -> end(bug));
        line.setParameterExceptionHandler((wrong, args) -> misused(wrong));
        return line;
    }

    /** Says why a command ended, and with which code. */
    private int end(Throwable cause) {
        if (context.interrupts().happened()) {
            say("interrupted");
            return ErrorCode.INTERRUPTED.exitCode();
        }
        if (cause instanceof UserException user) {
            user.problems().stream().map(Problem::toString).forEach(this::say);
            return ErrorCode.USER.exitCode();
        }
        if (cause instanceof CommandException expected) {
            say(requireNonNull(expected.getMessage()));
            return expected.code().exitCode();
        }
        Optional<MachineException> machine = MachineException.behind(cause);
        if (machine.isPresent()) {
            say(requireNonNull(machine.get().getMessage()));
            return ErrorCode.MACHINE.exitCode();
        }
        say(
                "this is a bug in Shoal "
                        + Version.text()
                        + "; please report it with the lines below: "
                        + cause);
        cause.printStackTrace(context.console().err());
        return ErrorCode.INTERNAL.exitCode();
    }

    private int misused(ParameterException wrong) {
        CommandSpec verb = wrong.getCommandLine().getCommandSpec();
        say(requireNonNull(wrong.getMessage()));
        CommandLine.UnmatchedArgumentException.printSuggestions(
                wrong, wrong.getCommandLine().getErr());
        say("see `" + verb.qualifiedName() + " --help`");
        return ErrorCode.USER.exitCode();
    }

    private void say(String message) {
        context.console().err().println("shoal: " + message);
    }

    /** Without a verb: the list of verbs. */
    @Command(
            name = "shoal",
            versionProvider = Version.class,
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "VERB",
            header = "Fine-tunes GPT-2 text classifiers, on one machine or many.",
            footer = {
                "",
                "Also, for work on Shoal: fmt (format the sources), check (every test, the slow ones"
                        + " too), bench (compare with Hugging Face's Trainer).",
                "",
                "Exit codes: 0 done, 1 run failed or disk at fault, 2 user error, 3 cancelled, 4 coordinator"
                        + " unreachable or refused, 70 internal error, 130 interrupted."
            })
    static final class Verbs implements Runnable {
        @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

        @Override
        public void run() {
            spec.commandLine().usage(spec.commandLine().getOut());
        }
    }
}
