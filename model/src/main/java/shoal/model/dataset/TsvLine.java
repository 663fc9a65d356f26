package shoal.model.dataset;

import java.util.Optional;
import java.util.regex.Pattern;
import shoal.model.json.PythonText;
import shoal.recipe.Limits;
import shoal.recipe.Problems;

/** Reads a line of {@code label<TAB>text}; the rules are in the package's document. */
final class TsvLine implements RowReader.Format {
    static final String FORMAT = "label<TAB>text with labels 0, 1, 2, …";

    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+");
    private static final Pattern WORD = Pattern.compile("[^0-9]+");

    private final String shownName;
    private final Problems problems;
    private int skipped;
    private String firstSkipped = "";

    TsvLine(String shownName, Problems problems) {
        this.shownName = shownName;
        this.problems = problems;
    }

    @Override
    public Optional<String> wrongBytes(byte[] first, int length) {
        return ByteForm.ofTable(first, length);
    }

    @Override
    public Optional<TextRow> row(int line, String text) {
        int tab = text.indexOf('\t');
        if (tab < 0) {
            firstSkipped = skipped == 0 ? text : firstSkipped;
            skipped++;
            return Optional.empty();
        }
        return row(line, PythonText.strip(text.substring(0, tab)), text.substring(tab + 1));
    }

    @Override
    public int skippedLines() {
        return skipped;
    }

    @Override
    public String firstSkipped() {
        return firstSkipped;
    }

    private Optional<TextRow> row(int line, String label, String text) {
        if (!WHOLE_NUMBER.matcher(label).matches()) {
            problems.add(shownName + ":" + line, notANumber(line, label));
            return Optional.empty();
        }
        Optional<Integer> value = labelInRange(label);
        if (value.isEmpty()) {
            problems.add(
                    shownName + ":" + line,
                    String.format(
                            "The label is %s, expected 0 to %d. Number the classes from 0.",
                            shortened(label), Limits.LABELS - 1));
            return Optional.empty();
        }
        return Optional.of(new TextRow(line, value.get(), text));
    }

    private static String notANumber(int line, String label) {
        if (line == 1 && WORD.matcher(label).matches()) {
            return "The first line is a header (its label is \""
                    + shortened(label)
                    + "\"), but the file must start with the first row: "
                    + FORMAT
                    + ". Delete the line: tail -n +2 OLD > NEW";
        }
        return label.isEmpty()
                ? "The label before the tab is empty, expected a whole number from 0."
                : "The label is \"" + shortened(label) + "\", expected a whole number from 0.";
    }

    private static Optional<Integer> labelInRange(String label) {
        try {
            int value = Integer.parseInt(label);
            return value >= 0 && value < Limits.LABELS ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
