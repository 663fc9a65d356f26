package shoal.model.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Splits bytes into lines at LF, CR LF and CR, as Python's universal newlines do. Cutting bytes is
 * safe: in UTF-8 neither byte is part of another character.
 *
 * <p>A line longer than the bound is cut there and marked; the rest of it is passed over, so memory
 * is bounded whatever the file holds.
 */
final class LineReader {
    private static final int BUFFER_BYTES = 64 << 10;

    private final InputStream in;
    private final int mostBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int filled;
    private byte[] line = new byte[512];
    private int lineBytes;
    private boolean cut;
    private boolean afterCarriageReturn;

    LineReader(InputStream in, int mostBytes) {
        this.in = in;
        this.mostBytes = mostBytes;
    }

    /**
     * One line.
     *
     * @param bytes without the line end, shared: valid until the next call
     * @param length used bytes
     * @param cut longer than the bound
     */
    @SuppressWarnings("ArrayRecordComponent") // a view of the reader's buffer, read at once
    record Line(byte[] bytes, int length, boolean cut) {}

    /** The next line, or nothing at the end. The last line need not end. */
    Optional<Line> next() throws IOException {
        lineBytes = 0;
        cut = false;
        boolean any = false;
        while (fill()) {
            byte value = buffer[position++];
            boolean endsCarriageReturn = afterCarriageReturn && value == '\n';
            afterCarriageReturn = value == '\r';
            if (endsCarriageReturn) {
                continue;
            }
            if (value == '\n' || value == '\r') {
                return Optional.of(new Line(line, lineBytes, cut));
            }
            any = true;
            append(value);
        }
        return any ? Optional.of(new Line(line, lineBytes, cut)) : Optional.empty();
    }

    /** Whether a line is there, or part of one, without waiting for whoever writes it. */
    boolean ready() throws IOException {
        return position < filled || in.available() > 0;
    }

    private boolean fill() throws IOException {
        if (position < filled) {
            return true;
        }
        position = 0;
        filled = in.read(buffer);
        return filled > 0;
    }

    private void append(byte value) {
        if (lineBytes == mostBytes) {
            cut = true;
            return;
        }
        if (lineBytes == line.length) {
            line = Arrays.copyOf(line, Math.min(mostBytes, 2 * line.length));
        }
        line[lineBytes++] = value;
    }
}
