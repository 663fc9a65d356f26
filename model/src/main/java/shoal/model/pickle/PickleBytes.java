package shoal.model.pickle;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import shoal.recipe.UserException;

/** The bytes of a pickle, read forward; every length is checked before anything is made of it. */
final class PickleBytes {
    private final ByteBuffer bytes;
    private final String shownName;

    /** Reads from the buffer's position to its limit. */
    PickleBytes(ByteBuffer bytes, String shownName) {
        this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        this.shownName = shownName;
    }

    int position() {
        return bytes.position();
    }

    /** Bytes of the whole buffer. */
    int size() {
        return bytes.limit();
    }

    /** Starts again. */
    void rewind() {
        bytes.rewind();
    }

    int oneByte() {
        need(1);
        return bytes.get() & 0xFF;
    }

    int twoBytes() {
        need(2);
        return bytes.getShort() & 0xFFFF;
    }

    int fourBytes() {
        need(4);
        return bytes.getInt();
    }

    double bigEndianDouble() {
        need(8);
        return Double.longBitsToDouble(Long.reverseBytes(bytes.getLong()));
    }

    void skip(long count) {
        need(count);
        bytes.position(bytes.position() + (int) count);
    }

    /** A number in two's complement, little-endian. */
    BigInteger whole(int size) {
        byte[] little = take(size);
        byte[] big = new byte[size];
        for (int i = 0; i < size; i++) {
            big[i] = little[size - 1 - i];
        }
        return size == 0 ? BigInteger.ZERO : new BigInteger(big);
    }

    /** A text of so many bytes of UTF-8. */
    String utf8(long size) {
        byte[] text = take(size);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException notUtf8) {
            throw damaged("holds a text that is not UTF-8");
        }
    }

    /** A text of Python 2, one byte per character. */
    String latin1(long size) {
        return new String(take(size), StandardCharsets.ISO_8859_1);
    }

    /** A text up to the next line end. */
    String line() {
        int start = bytes.position();
        while (oneByte() != '\n') {
            // moves on
        }
        int size = bytes.position() - 1 - start;
        bytes.position(start);
        String line = utf8(size);
        oneByte();
        return line;
    }

    private byte[] take(long size) {
        need(size);
        byte[] taken = new byte[(int) size];
        bytes.get(taken);
        return taken;
    }

    private void need(long count) {
        if (count < 0 || count > bytes.remaining()) {
            throw damaged("ends in the middle of a value, or claims more bytes than it has");
        }
    }

    /** What is wrong, at the place where reading stands. */
    UserException damaged(String what) {
        return new UserException(
                shownName,
                String.format(
                        "The pickle %s (at byte %d). The file is damaged.", what, position()));
    }
}
