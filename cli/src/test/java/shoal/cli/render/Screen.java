package shoal.cli.render;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.OptionalInt;

/** A console whose two streams a test can read. */
public final class Screen {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console;

    private Screen(OptionalInt columns, int mostOut) {
        this.console =
                new Console(
                        new PrintStream(new Bounded(out, mostOut), true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        columns);
    }

    /** A file or a pipe. */
    public static Screen file() {
        return new Screen(OptionalInt.empty(), Integer.MAX_VALUE);
    }

    /** A terminal. */
    public static Screen terminal(int columns) {
        return new Screen(OptionalInt.of(columns), Integer.MAX_VALUE);
    }

    /** A pipe whose reader goes after so many bytes. */
    public static Screen pipe(int bytes) {
        return new Screen(OptionalInt.empty(), bytes);
    }

    public Console console() {
        return console;
    }

    public String out() {
        return out.toString(UTF_8);
    }

    public String err() {
        return err.toString(UTF_8);
    }

    /** Throws, as a broken pipe does, once enough is written. */
    private static final class Bounded extends FilterOutputStream {
        private int left;

        Bounded(OutputStream out, int most) {
            super(out);
            this.left = most;
        }

        @Override
        public void write(int value) throws IOException {
            if (left == 0) {
                throw new IOException("Broken pipe");
            }
            left--;
            out.write(value);
        }
    }
}
