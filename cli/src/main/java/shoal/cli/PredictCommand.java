package shoal.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import shoal.cli.predict.Prediction;
import shoal.cli.predict.Predictor;
import shoal.model.dataset.DataSet;
import shoal.model.dataset.TextRow;
import shoal.recipe.UserException;

/** {@code shoal predict}: texts in, one line of JSON per text out. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        description = {
            "Classify texts with a trained model: one line of JSON per text.",
            "A file that ends in .tsv holds rows (label, tab, text); any other a text per line."
        })
final class PredictCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    /** Lines read before they are classified: results of a pipe come while it is open. */
    private static final int LINES_AT_A_TIME = Predictor.BATCH_ROWS;

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

    @Option(
            names = "--lanes",
            paramLabel = "N",
            defaultValue = "0",
            description = "Compute threads (default: usable cores). Never changes a result.")
    private int lanes;

    @Parameters(paramLabel = "TEXT", description = "Texts, instead of --file.")
    private @Nullable List<String> texts;

    private int count;
    private int hits;

    PredictCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<String> typed = texts == null ? List.of() : texts;
        if (file != null && !typed.isEmpty()) {
            throw new UserException("--file", "is given, and texts too; give one of them");
        }
        int threads = LaneCount.orUsableCores(LaneCount.checked(lanes));
        // A data set is read whole, so that what is wrong with it shows before the model loads.
        DataSet rows = file != null && isTsv(file) ? DataSet.read(context.path(file), file) : null;
        Path folder = context.hubCache().find(model, context.path(model), "--model");
        try (Predictor predictor = Predictor.open(folder, model, threads)) {
            if (rows != null) {
                rows.notice().ifPresent(notice -> context.console().err().println(notice));
                predictor.predict(rows.shownName(), rows.rows(), each -> show(each, true));
                context.console().err().println(accuracy());
            } else if (!typed.isEmpty()) {
                predictor.predict("TEXT", numbered(typed), each -> show(each, false));
            } else {
                predictLines(predictor, file == null ? STANDARD_INPUT : file);
            }
        }
        return 0;
    }

    private static boolean isTsv(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(".tsv");
    }

    private void predictLines(Predictor predictor, String source) {
        try (InputStream in = open(source);
                BufferedReader reader =
                        new BufferedReader(
                                new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
            List<TextRow> rows = new ArrayList<>();
            int line = 0;
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                line++;
                rows.add(new TextRow(line, 0, text.stripTrailing()));
                if (rows.size() == LINES_AT_A_TIME) {
                    predictor.predict(source, rows, each -> show(each, false));
                    rows.clear();
                }
            }
            predictor.predict(source, rows, each -> show(each, false));
        } catch (CharacterCodingException e) {
            throw new UserException(
                    source.equals(STANDARD_INPUT) ? "standard input" : source,
                    "is not UTF-8 text; convert it, with iconv or so");
        } catch (IOException e) {
            throw new UserException(source, "cannot be read: " + e.getMessage());
        }
    }

    private InputStream open(String source) throws IOException {
        if (source.equals(STANDARD_INPUT)) {
            return context.in();
        }
        Path path = context.path(source);
        try {
            return Files.newInputStream(path);
        } catch (NoSuchFileException e) {
            throw new UserException(source, "there is no such file");
        }
    }

    private static List<TextRow> numbered(List<String> texts) {
        List<TextRow> rows = new ArrayList<>();
        for (String text : texts) {
            rows.add(new TextRow(rows.size() + 1, 0, text.stripTrailing()));
        }
        return rows;
    }

    private void show(Prediction prediction, boolean withExpected) {
        PrintStream out = context.console().out();
        out.println(prediction.json(withExpected));
        count++;
        hits += prediction.label() == prediction.row().label() ? 1 : 0;
    }

    private String accuracy() {
        return String.format(
                Locale.ROOT,
                "%d of %d rows as labelled (%.4f)",
                hits,
                count,
                (double) hits / count);
    }
}
