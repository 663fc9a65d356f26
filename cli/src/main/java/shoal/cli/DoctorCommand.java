package shoal.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import shoal.cli.client.Check;
import shoal.cli.client.CoordinatorCheck;
import shoal.cli.local.ExchangeCheck;
import shoal.cli.local.MachineCheck;
import shoal.recipe.ErrorCode;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonWriter;

/** {@code shoal doctor}: looks at a coordinator, or measures what this machine can do for a run. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Check a coordinator from here, or, where none is named, what this machine computes"
                        + " with: one line for each thing, 0 where all is well. Or measure this"
                        + " machine, with --exchange.")
final class DoctorCommand implements Callable<Integer> {
    /** Parameters of the models of the bench: 4 layers x 256 and 12 x 768. */
    private static final List<Integer> SIZES = List.of(8_830_976, 102_000_000 / 32 * 32);

    private static final int MOST_ROUNDS = 1_000;

    private final CommandContext context;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Mixin private LibtorchOption libtorch = new LibtorchOption();

    @Option(
            names = "--exchange",
            description =
                    "How fast two workers on this machine sum a gradient: through shared memory,"
                            + " and over streams as between machines.")
    private boolean exchange;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "7",
            description = "Rounds counted (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "json",
            description = "json: one line per check, or per size and path.")
    private @Nullable OutputFormat format;

    DoctorCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (!exchange) {
            return check();
        }
        if (connection.isTyped()) {
            throw new UserException(
                    "--exchange",
                    "measures this machine, and no coordinator. Leave one of them out");
        }
        if (rounds < 1 || rounds > MOST_ROUNDS) {
            throw new UserException("--rounds", "is " + rounds + ", expected 1 to " + MOST_ROUNDS);
        }
        List<ExchangeCheck.Measured> measured = new ArrayList<>();
        for (int elements : SIZES) {
            measured.add(ExchangeCheck.measure(elements, true, rounds));
            measured.add(ExchangeCheck.measure(elements, false, rounds));
        }
        if (format == OutputFormat.json) {
            measured.forEach(each -> context.console().out().println(json(each)));
        } else {
            print(measured);
        }
        return 0;
    }

    /** A coordinator where one is named, else this machine. */
    private int check() {
        boolean here = !connection.isNamed(context);
        List<Check> checks =
                here
                        ? MachineCheck.of(libtorch.named(context), context.environment())
                        : CoordinatorCheck.of(connection.resolve(context));
        for (Check check : checks) {
            context.console()
                    .out()
                    .println(format == OutputFormat.json ? json(check) : line(check));
        }
        ErrorCode bad = here ? ErrorCode.MACHINE : ErrorCode.CLUSTER_UNREACHABLE;
        return checks.stream().allMatch(Check::good) ? 0 : bad.exitCode();
    }

    private static String line(Check check) {
        return "%-4s  %-10s  %s"
                .formatted(check.good() ? "ok" : "FAIL", check.name(), check.words());
    }

    private static String json(Check check) {
        return "{\"check\": %s, \"ok\": %b, \"words\": %s}"
                .formatted(
                        JsonWriter.quoted(check.name()),
                        check.good(),
                        JsonWriter.quoted(check.words()));
    }

    private void print(List<ExchangeCheck.Measured> measured) {
        PrintStream out = context.console().out();
        out.println(
                "a gradient summed over two workers (each sends its half, adds, sends the sum):");
        for (int i = 0; i < measured.size(); i += 2) {
            ExchangeCheck.Measured memory = measured.get(i);
            ExchangeCheck.Measured streams = measured.get(i + 1);
            out.println(line(memory));
            out.println(line(streams));
            if (memory.throughMemory()) {
                out.printf(
                        Locale.ROOT,
                        "%6.1f MB  streams take %.1f times as long%n",
                        memory.sizeBytes() / 1e6,
                        streams.median() / memory.median());
            } else {
                out.println("shared memory cannot be used here; the lines above say why");
            }
        }
    }

    private static String line(ExchangeCheck.Measured of) {
        return String.format(
                Locale.ROOT,
                "%6.1f MB  %-13s  %.3f s (%.3f-%.3f)  %,.0f MB/s",
                of.sizeBytes() / 1e6,
                path(of),
                of.median(),
                of.least(),
                of.most(),
                of.megabytesPerSecond());
    }

    private static String json(ExchangeCheck.Measured of) {
        return "{\"path\": \""
                + path(of)
                + "\", \"size_bytes\": "
                + of.sizeBytes()
                + ", \"seconds\": "
                + of.seconds()
                + "}";
    }

    private static String path(ExchangeCheck.Measured of) {
        return of.throughMemory() ? "shared memory" : "streams";
    }
}
