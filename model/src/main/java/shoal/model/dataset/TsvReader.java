package shoal.model.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import shoal.recipe.Limits;
import shoal.recipe.Problems;
import shoal.recipe.UserException;

/** Reads one file of {@code label<TAB>text}; the rules are in the package's document. */
final class TsvReader {
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+");
    private static final Pattern WORD = Pattern.compile("[^0-9]+");
    private static final String FORMAT = "label<TAB>text with labels 0, 1, 2, …";

    private final String shownName;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final Problems problems = new Problems();
    private final List<TextRow> rows = new ArrayList<>();
    private int skipped;
    private int line;

    private TsvReader(String shownName) {
        this.shownName = shownName;
    }

    static DataSet read(Path file, String shownName) {
        TsvReader reader = new TsvReader(shownName);
        if (Files.isDirectory(file)) {
            throw new UserException(
                    shownName, "is a folder, expected a file of lines " + FORMAT + ".");
        }
        try (InputStream in = Files.newInputStream(file)) {
            reader.lines(new LineReader(in, Limits.LINE_BYTES));
        } catch (NoSuchFileException missing) {
            throw new UserException(
                    shownName, "There is no such file (looked for " + file.toAbsolutePath() + ").");
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read: " + unreadable);
        }
        return reader.result();
    }

    private void lines(LineReader lines) throws IOException {
        for (Optional<LineReader.Line> next = lines.next(); next.isPresent(); next = lines.next()) {
            line++;
            line(next.get());
        }
    }

    private void line(LineReader.Line bytes) {
        if (bytes.cut()) {
            problem("The line is longer than " + Limits.LINE_BYTES + " bytes. Shorten the text.");
            return;
        }
        Optional<String> text = decode(bytes);
        if (text.isEmpty()) {
            return;
        }
        String kept = PythonText.stripTrailing(text.get());
        int tab = kept.indexOf('\t');
        if (tab < 0) {
            skipped++;
            return;
        }
        row(PythonText.strip(kept.substring(0, tab)), kept.substring(tab + 1));
    }

    private Optional<String> decode(LineReader.Line bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes.bytes(), 0, bytes.length());
        CharBuffer out = CharBuffer.allocate(bytes.length());
        CoderResult result = decoder.reset().decode(in, out, true);
        if (result.isError()) {
            problem(
                    String.format(
                            "is not UTF-8: byte %d of the line is 0x%02X. Save the file as UTF-8,"
                                    + " for example: iconv -f GB18030 -t UTF-8 OLD > NEW",
                            in.position() + 1, bytes.bytes()[in.position()]));
            return Optional.empty();
        }
        String text = out.flip().toString();
        return Optional.of(line == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text);
    }

    private void row(String label, String text) {
        if (!WHOLE_NUMBER.matcher(label).matches()) {
            problem(notANumber(label));
            return;
        }
        Optional<Integer> value = labelInRange(label);
        if (value.isEmpty()) {
            problem(
                    String.format(
                            "The label is %s, expected 0 to %d. Number the classes from 0.",
                            shortened(label), Limits.LABELS - 1));
            return;
        }
        if (rows.size() == Limits.ROWS) {
            throw new UserException(
                    shownName, "has more than " + Limits.ROWS + " rows. Split the file.");
        }
        rows.add(new TextRow(line, value.get(), text));
    }

    private String notANumber(String label) {
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

    private DataSet result() {
        problems.throwIfAny();
        if (line == 0) {
            throw new UserException(shownName, "The file is empty, expected lines " + FORMAT + ".");
        }
        if (rows.isEmpty()) {
            throw new UserException(
                    shownName,
                    String.format(
                            "No rows are left: none of its %d lines has a tab and a text after it."
                                    + " Expected lines %s.",
                            line, FORMAT));
        }
        return new DataSet(shownName, rows, skipped);
    }

    private void problem(String what) {
        problems.add(shownName + ":" + line, what);
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
