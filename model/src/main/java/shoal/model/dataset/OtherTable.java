package shoal.model.dataset;

import java.util.Optional;

/**
 * Tables of other forms than label, tab, text: what a line of one looks like, and how to convert.
 */
final class OtherTable {
    private static final String SEPARATORS = ",;|";

    private OtherTable() {}

    /** What a file looks like whose first line this is, and how rows are made of it. */
    static Optional<String> of(String line) {
        String text = line.strip();
        if (text.startsWith("{") && text.endsWith("}")) {
            return Optional.of("The file looks like JSON lines. Make rows of it: " + jq("."));
        }
        if (text.equals("[") || text.startsWith("[{")) {
            return Optional.of("The file looks like a JSON list. Make rows of it: " + jq(".[]"));
        }
        return text.chars()
                .skip(1)
                .filter(each -> SEPARATORS.indexOf(each) >= 0)
                .boxed()
                .findFirst()
                .map(first -> csv((char) first.intValue()));
    }

    private static String jq(String each) {
        return "jq -r '"
                + each
                + " | [.label, .text] | @tsv' OLD > NEW, with the names of your fields";
    }

    private static String csv(char separator) {
        return "The file looks like CSV with \""
                + separator
                + "\" between its columns. Make rows of it: python3 -c 'import csv, sys;"
                + " [print(r[0], \" \".join(r[1].split()), sep=\"\\t\") for r in"
                + " csv.reader(sys.stdin, delimiter=\""
                + separator
                + "\")]' < OLD > NEW, where 0 and 1 are the columns of label and text; delete a"
                + " header line";
    }
}
