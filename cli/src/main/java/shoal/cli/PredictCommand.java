package shoal.cli;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import shoal.classifier.Classifier;
import shoal.classifier.ClassifierOptions;
import shoal.cli.outcome.Interrupts;
import shoal.cli.predict.OutputFormat;
import shoal.cli.predict.PredictionRun;
import shoal.cli.predict.ResultSink;
import shoal.cli.render.ProgressBar;
import shoal.model.dataset.RowReader;
import shoal.recipe.UserException;

/** {@code shoal predict}: texts in, one line per text out. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        description = {
            "Classify texts with a trained model: one line of JSON per text, in their order.",
            "FILE that ends in .tsv holds rows (label, tab, text), and accuracy, precision, recall"
                    + " and F1 are told at the end; any other file, or standard input, a text per"
                    + " line. A word that names no file is a text."
        })
final class PredictCommand implements Callable<Integer> {
    /** Before this, work that is not drawn on a terminal says nothing. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    /** Rows of a window for each lane: enough that lanes end together. */
    private static final int ROWS_PER_LANE = 32;

    private static final int MOST_ROWS_OF_WINDOW = 1 << 20;

    private final CommandContext context;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|NAME",
            description =
                    "A model folder, such as the output_dir of a run, or the name of a model in"
                            + " Hugging Face's cache.")
    private String model = "";

    @Option(
            names = "--file",
            paramLabel = "FILE|-",
            description = "Where texts are read from (default: -, standard input).")
    private @Nullable String file;

    @Option(names = "--text", paramLabel = "TEXT", description = "A text; may be repeated.")
    private @Nullable List<String> texts;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "jsonl",
            description = "jsonl, csv or tsv (default: ${DEFAULT-VALUE}).")
    private String format = "jsonl";

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Where results go, whole or not at all (default: standard output).")
    private @Nullable String output;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Where a .tsv's figures go as JSON, besides standard error.")
    private @Nullable String metrics;

    @Option(
            names = "--max_seq_length",
            paramLabel = "N",
            description =
                    "Tokens of a text that are read (default: as many as the model and its"
                            + " tokenizer allow). Give what the model was trained with.")
    private @Nullable Integer maxTokens;

    @Option(
            names = "--batch_size",
            paramLabel = "N",
            description =
                    "Rows read before their results are written (default: 32 for each lane). Never"
                            + " changes a result.")
    private @Nullable Integer batchSize;

    @Option(
            names = "--lanes",
            paramLabel = "N",
            defaultValue = "0",
            description = "Compute threads (default: usable cores). Never changes a result.")
    private int lanes;

    @Mixin private LibtorchOption libtorch = new LibtorchOption();

    @Parameters(
            paramLabel = "FILE|TEXT",
            description = "A file that ends in .tsv or .txt, or is there; -; or texts.")
    private @Nullable List<String> words;

    PredictCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        PredictSource source =
                PredictSource.of(Optional.ofNullable(file), orNone(texts), orNone(words), context);
        OutputFormat written = writtenFormat();
        ClassifierOptions options = options();
        int window = window(options);
        if (metrics != null && !source.isLabelled()) {
            throw new UserException(
                    "--metrics",
                    "needs rows with labels, but "
                            + source.shownName()
                            + " has none: give a FILE.tsv of label, tab, text");
        }
        libtorch.use(context);
        Path folder = context.hubCache().find(model, context.path(model), "--model");
        // What is wrong with a file shows before the model loads, but for labels, which it bounds.
        OptionalInt rows = checked(source, Optional.empty());
        try (Classifier classifier = Classifier.open(folder, model, options)) {
            classifier.notices().forEach(context.console().err()::println);
            if (source.isLabelled()) {
                checked(source, Optional.of(classifier.labels().size()));
            }
            predict(source, new Work(classifier, written, window, rows));
        }
        return 0;
    }

    private static List<String> orNone(@Nullable List<String> given) {
        return given == null ? List.of() : given;
    }

    private OutputFormat writtenFormat() {
        try {
            return OutputFormat.valueOf(format.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new UserException("--format", "is " + format + ", expected jsonl, csv or tsv");
        }
    }

    private ClassifierOptions options() {
        ClassifierOptions options =
                ClassifierOptions.defaults()
                        .withLanes(LaneCount.orUsableCores(LaneCount.checked(lanes), 1));
        if (maxTokens == null) {
            return options;
        }
        if (maxTokens < 1) {
            throw new UserException(
                    "--max_seq_length", "is " + maxTokens + ", expected at least 1");
        }
        return options.withMaxTokens(maxTokens);
    }

    private int window(ClassifierOptions options) {
        if (batchSize == null) {
            return ROWS_PER_LANE * options.lanes();
        }
        if (batchSize < 1 || batchSize > MOST_ROWS_OF_WINDOW) {
            throw new UserException(
                    "--batch_size", "is " + batchSize + ", expected 1 to " + MOST_ROWS_OF_WINDOW);
        }
        return batchSize;
    }

    /** Reads a file through, so that all of its problems are told at once; a pipe cannot be. */
    private OptionalInt checked(PredictSource source, Optional<Integer> labels) {
        if (source.isStandardInput()
                || source.file().isEmpty()
                || !Files.isRegularFile(context.path(source.file().get()))) {
            return OptionalInt.empty();
        }
        try (RowReader reader = reader(source)) {
            int rows = PredictionRun.check(reader, source.shownName(), labels);
            if (source.isLabelled() && rows == 0) {
                throw new UserException(
                        source.shownName(),
                        "has no line with a tab and a text after it, expected lines label<TAB>text"
                                + " with labels 0, 1, 2, …");
            }
            return OptionalInt.of(rows);
        }
    }

    private RowReader reader(PredictSource source) {
        String name = source.file().orElseThrow();
        InputStream in =
                source.isStandardInput()
                        ? context.in()
                        : RowReader.open(context.path(name), name, "of text");
        return source.isLabelled()
                ? RowReader.labelled(in, source.shownName())
                : RowReader.texts(in, source.shownName());
    }

    private void predict(PredictSource source, Work work) {
        try (ResultSink sink = sink()) {
            Interrupts.Withdrawal lastResort = context.interrupts().lastResort(sink::discard);
            try {
                predict(
                        source,
                        work,
                        new PredictionRun(
                                work.classifier(), work.format(), sink, source.isLabelled()));
            } finally {
                lastResort.close();
            }
        }
    }

    private void predict(PredictSource source, Work work, PredictionRun run) {
        if (source.file().isEmpty()) {
            run.few(source.rows());
            return;
        }
        try (RowReader reader = reader(source)) {
            boolean whole = run.all(reader, work.window(), new Progress(work.rows())::show);
            if (whole && source.isLabelled()) {
                tell(run, reader);
            }
        }
    }

    private ResultSink sink() {
        return output == null
                ? ResultSink.standard(context.console().out())
                : ResultSink.file(context.path(output), output);
    }

    private void tell(PredictionRun run, RowReader reader) {
        if (reader.skippedLines() > 0) {
            context.console()
                    .err()
                    .println("skipped " + reader.skippedLines() + " lines without a tab");
        }
        context.console().err().println(run.worth().line());
        if (metrics != null) {
            try (ResultSink sink = ResultSink.file(context.path(metrics), metrics)) {
                sink.write(run.worth().json());
                sink.finish();
            }
        }
    }

    /** What a prediction needs besides its source; the number of rows where it is known. */
    private record Work(Classifier classifier, OutputFormat format, int window, OptionalInt rows) {}

    /** How far a long prediction is; ends it where its user has interrupted it. */
    private final class Progress {
        private final OptionalInt rows;
        private final ProgressBar bar = new ProgressBar(context.console(), context.clock());
        private final Instant begun = context.clock().instant();

        Progress(OptionalInt rows) {
            this.rows = rows;
        }

        void show(int done) {
            if (context.interrupts().happened()) {
                throw new CancellationException("interrupted");
            }
            Duration elapsed = Duration.between(begun, context.clock().instant());
            boolean terminal = context.console().columns().isPresent();
            boolean resultsScroll = terminal && output == null;
            if (resultsScroll || (!terminal && elapsed.compareTo(QUIET) < 0)) {
                return;
            }
            if (rows.isPresent() && done == rows.getAsInt()) {
                bar.clear();
                return;
            }
            String all = rows.isPresent() ? " of " + rows.getAsInt() : "";
            double rate = done * 1e3 / Math.max(1, elapsed.toMillis());
            bar.other(String.format(Locale.ROOT, "%d%s rows, %.0f rows/s", done, all, rate));
        }
    }
}
