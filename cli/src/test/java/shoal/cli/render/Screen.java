package shoal.cli.render;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.OptionalInt;

/** A console whose two streams a test can read. */
public final class Screen {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console;

    private Screen(OptionalInt columns) {
        this.console =
                new Console(
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        columns);
    }

    /** A file or a pipe. */
    public static Screen file() {
        return new Screen(OptionalInt.empty());
    }

    /** A terminal. */
    public static Screen terminal(int columns) {
        return new Screen(OptionalInt.of(columns));
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
}
