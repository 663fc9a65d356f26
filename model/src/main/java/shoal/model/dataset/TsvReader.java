package shoal.model.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import shoal.recipe.Limits;
import shoal.recipe.UserException;

/** Reads a whole file of {@code label<TAB>text}; the rules are in the package's document. */
final class TsvReader {
    private static final int ROWS_AT_A_TIME = 1_024;

    private TsvReader() {}

    static DataSet read(Path file, String shownName) {
        try (RowReader reader =
                RowReader.labelled(RowReader.open(file, shownName, TsvLine.FORMAT), shownName)) {
            List<TextRow> rows = new ArrayList<>();
            for (List<TextRow> next = reader.next(ROWS_AT_A_TIME);
                    !next.isEmpty();
                    next = reader.next(ROWS_AT_A_TIME)) {
                if (next.size() > Limits.ROWS - rows.size()) {
                    throw new UserException(
                            shownName, "has more than " + Limits.ROWS + " rows. Split the file.");
                }
                rows.addAll(next);
            }
            reader.throwIfAny();
            requireRows(rows, reader, shownName);
            return new DataSet(shownName, rows, reader.skippedLines());
        }
    }

    private static void requireRows(List<TextRow> rows, RowReader reader, String shownName) {
        if (reader.lines() == 0) {
            throw new UserException(
                    shownName, "The file is empty, expected lines " + TsvLine.FORMAT + ".");
        }
        if (rows.isEmpty()) {
            throw new UserException(
                    shownName,
                    String.format(
                            "No rows are left: none of its %d lines has a tab and a text after it."
                                    + " Expected lines %s.%s",
                            reader.lines(),
                            TsvLine.FORMAT,
                            OtherTable.of(reader.firstSkipped())
                                    .map(other -> " " + other + ".")
                                    .orElse("")));
        }
    }
}
