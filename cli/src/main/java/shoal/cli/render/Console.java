package shoal.cli.render;

import static java.util.Objects.requireNonNull;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import shoal.recipe.Require;

/**
 * Where a command writes: results to {@code out}, everything about how it goes to {@code err}.
 *
 * @param out what a script may read
 * @param err progress, notes while waiting, errors
 * @param columns width of the terminal that both go to; empty where either goes elsewhere
 */
public record Console(PrintStream out, PrintStream err, OptionalInt columns) {
    /** Narrower than this, a progress bar has no room for a bar. */
    private static final int LEAST_COLUMNS = 20;

    public Console {
        requireNonNull(out, "out");
        requireNonNull(err, "err");
        if (columns.isPresent()) {
            Require.atLeast("columns", columns.getAsInt(), LEAST_COLUMNS);
        }
    }

    /**
     * This process's, in UTF-8 whatever the locale.
     *
     * @param columns as the launcher measured them; empty text where there is no terminal
     */
    public static Console ofProcess(String columns) {
        OptionalInt width = OptionalInt.empty();
        if (columns.matches("[0-9]{1,4}")) {
            width = OptionalInt.of(Math.max(LEAST_COLUMNS, Integer.parseInt(columns)));
        }
        return new Console(utf8(FileDescriptor.out), utf8(FileDescriptor.err), width);
    }

    /** The same with everything on err: for commands whose out is one word for a script. */
    public Console quiet() {
        return new Console(err, err, columns);
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
