package shoal.model.dataset;

import static java.util.Objects.requireNonNull;

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
import shoal.model.LfsPointer;
import shoal.model.json.PythonText;
import shoal.recipe.Limits;
import shoal.recipe.Problems;
import shoal.recipe.UserException;

/**
 * Reads rows one after the other: memory is bounded however many there are.
 *
 * <p>Lines that are wrong are passed over and noted; {@link #throwIfAny} tells of them. Not for
 * concurrent use.
 */
public final class RowReader implements AutoCloseable {
    /** What a line says. */
    interface Format {
        /** What is wrong with the whole file, if its first line shows it. */
        Optional<String> wrongBytes(byte[] first, int length);

        /** The line's row, if it has one; a problem is noted. */
        Optional<TextRow> row(int line, String text);

        /** Lines that were passed over without a problem. */
        int skippedLines();

        /** The first of them. */
        String firstSkipped();
    }

    private final InputStream in;
    private final String shownName;
    private final Problems problems;
    private final Format format;
    private final LineReader lines;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private int line;

    private RowReader(InputStream in, String shownName, Problems problems, Format format) {
        this.in = requireNonNull(in, "in");
        this.shownName = requireNonNull(shownName, "shownName");
        this.problems = problems;
        this.format = format;
        this.lines = new LineReader(in, Limits.LINE_BYTES);
    }

    /**
     * Reads {@code label<TAB>text}; the rules are in the package's document.
     *
     * @param shownName the file as the user wrote it
     */
    public static RowReader labelled(InputStream in, String shownName) {
        Problems problems = new Problems();
        return new RowReader(in, shownName, problems, new TsvLine(shownName, problems));
    }

    /**
     * Reads a text per line, by the same rules for lines; an empty line is an empty text. The
     * labels are 0.
     *
     * @param shownName the file as the user wrote it
     */
    public static RowReader texts(InputStream in, String shownName) {
        return new RowReader(in, shownName, new Problems(), new TextLine());
    }

    /**
     * Opens a file for one of the readers.
     *
     * @param expected what lines it has, in words
     * @throws UserException if there is none
     */
    public static InputStream open(Path file, String shownName, String expected) {
        if (Files.isDirectory(file)) {
            throw new UserException(
                    shownName, "is a folder, expected a file of lines " + expected + ".");
        }
        LfsPointer.refuse(file, shownName);
        try {
            return Files.newInputStream(file);
        } catch (NoSuchFileException missing) {
            throw new UserException(
                    shownName, "There is no such file (looked for " + file.toAbsolutePath() + ").");
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read: " + unreadable);
        }
    }

    /**
     * The next rows; none at the end. Fewer than {@code most} also where the next line is not there
     * yet, as in a pipe that is still written to.
     *
     * @throws UserException if the file cannot be read
     */
    public List<TextRow> next(int most) {
        List<TextRow> rows = new ArrayList<>();
        try {
            while (rows.size() < most && (rows.isEmpty() || lines.ready())) {
                Optional<LineReader.Line> bytes = lines.next();
                if (bytes.isEmpty()) {
                    break;
                }
                line = Math.addExact(line, 1);
                if (line == 1) {
                    requireBytes(bytes.get());
                }
                row(bytes.get()).ifPresent(rows::add);
            }
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read: " + unreadable);
        }
        return rows;
    }

    /** All lines of a file in another encoding would be wrong, for one reason. */
    private void requireBytes(LineReader.Line first) {
        format.wrongBytes(first.bytes(), first.length())
                .ifPresent(
                        wide -> {
                            throw new UserException(shownName, wide);
                        });
    }

    /** Lines read so far. */
    public int lines() {
        return line;
    }

    /** Lines without a tab, read so far. */
    public int skippedLines() {
        return format.skippedLines();
    }

    /** The first line without a tab; empty if there is none. */
    String firstSkipped() {
        return format.firstSkipped();
    }

    /** Throws every problem of the lines read so far, if there is one. */
    public void throwIfAny() {
        problems.throwIfAny();
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read: " + unreadable);
        }
    }

    private Optional<TextRow> row(LineReader.Line bytes) {
        if (bytes.cut()) {
            problems.add(
                    shownName + ":" + line,
                    "The line is longer than " + Limits.LINE_BYTES + " bytes. Shorten the text.");
            return Optional.empty();
        }
        return decode(bytes).flatMap(text -> format.row(line, PythonText.stripTrailing(text)));
    }

    private Optional<String> decode(LineReader.Line bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes.bytes(), 0, bytes.length());
        CharBuffer out = CharBuffer.allocate(bytes.length());
        CoderResult result = decoder.reset().decode(in, out, true);
        if (result.isError()) {
            problems.add(
                    shownName + ":" + line,
                    String.format(
                            "is not UTF-8: byte %d of the line is 0x%02X. %s",
                            in.position() + 1,
                            bytes.bytes()[in.position()],
                            ByteForm.ofLine(bytes.bytes(), bytes.length())));
            return Optional.empty();
        }
        String text = out.flip().toString();
        return Optional.of(line == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text);
    }

    /** The line is the text. */
    private static final class TextLine implements Format {
        @Override
        public Optional<String> wrongBytes(byte[] first, int length) {
            return ByteForm.ofMarkedFile(first, length);
        }

        @Override
        public Optional<TextRow> row(int line, String text) {
            return Optional.of(new TextRow(line, 0, text));
        }

        @Override
        public int skippedLines() {
            return 0;
        }

        @Override
        public String firstSkipped() {
            return "";
        }
    }
}
