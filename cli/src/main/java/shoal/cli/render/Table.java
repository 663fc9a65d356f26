package shoal.cli.render;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Columns of text, aligned to the left, two spaces apart. */
final class Table {
    /** Cells from left to right. */
    record Row(List<String> cells) {
        Row {
            cells = List.copyOf(requireNonNull(cells, "cells"));
        }

        static Row of(String... cells) {
            return new Row(List.of(cells));
        }
    }

    private Table() {}

    /** One line per row; no spaces at the end of a line. */
    static List<String> aligned(List<Row> rows) {
        List<Integer> widths = new ArrayList<>();
        for (Row row : rows) {
            widths.addAll(Collections.nCopies(Math.max(0, row.cells().size() - widths.size()), 0));
            for (int i = 0; i < row.cells().size(); i++) {
                widths.set(i, Math.max(widths.get(i), row.cells().get(i).length()));
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(Row row, List<Integer> widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.cells().size(); i++) {
            String cell = row.cells().get(i);
            line.append(cell).append(" ".repeat(widths.get(i) - cell.length() + 2));
        }
        return line.toString().stripTrailing();
    }
}
