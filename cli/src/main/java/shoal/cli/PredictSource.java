package shoal.cli;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import shoal.model.dataset.TextRow;
import shoal.recipe.UserException;

/**
 * Where the texts of a prediction come from.
 *
 * @param file a file or "-"; empty for texts that were typed
 * @param typed texts from the command line
 */
record PredictSource(Optional<String> file, List<String> typed) {
    static final String STANDARD_INPUT = "-";

    PredictSource {
        typed = List.copyOf(typed);
    }

    /**
     * What was typed means.
     *
     * @param file of --file
     * @param texts of --text
     * @param words without a flag: a file, where one looks like one; else texts
     */
    static PredictSource of(
            Optional<String> file, List<String> texts, List<String> words, CommandContext context) {
        List<String> files = new ArrayList<>(file.stream().toList());
        List<String> typed = new ArrayList<>(texts);
        for (String word : words) {
            (looksLikeFile(word, context) ? files : typed).add(word);
        }
        if (files.size() > 1) {
            throw new UserException(
                    "FILE", "is given more than once: " + String.join(", ", files) + "; give one");
        }
        if (!files.isEmpty() && !typed.isEmpty()) {
            throw new UserException(files.get(0), "is given, and texts too; give one of them");
        }
        return new PredictSource(
                typed.isEmpty() && files.isEmpty()
                        ? Optional.of(STANDARD_INPUT)
                        : files.stream().findFirst(),
                typed);
    }

    private static boolean looksLikeFile(String word, CommandContext context) {
        if (word.equals(STANDARD_INPUT) || word.matches("(?i)\\S+\\.(tsv|txt)")) {
            return true;
        }
        // A text may hold what no path holds, and be longer than any.
        return word.length() < 1_000
                && word.indexOf('\0') < 0
                && Files.exists(context.path(word))
                && !word.isBlank();
    }

    boolean isStandardInput() {
        return file.equals(Optional.of(STANDARD_INPUT));
    }

    /** Whether the rows have labels: a .tsv, as for training. */
    boolean isLabelled() {
        return file.filter(name -> name.toLowerCase(Locale.ROOT).endsWith(".tsv")).isPresent();
    }

    /** As messages name it. */
    String shownName() {
        return isStandardInput() ? "standard input" : file.orElse("--text");
    }

    List<TextRow> rows() {
        List<TextRow> rows = new ArrayList<>();
        for (String text : typed) {
            rows.add(new TextRow(rows.size() + 1, 0, text.stripTrailing()));
        }
        return rows;
    }
}
