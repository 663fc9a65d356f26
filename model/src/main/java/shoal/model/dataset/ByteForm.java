package shoal.model.dataset;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What bytes that are no UTF-8 look like, and how to make UTF-8 of them. */
final class ByteForm {
    private static final Charset GB18030 = Charset.forName("GB18030");

    /** Byte order marks; the longer one first, as one begins with another. */
    private static final List<Mark> MARKS =
            List.of(
                    new Mark("UTF-32", "FF FE 00 00"),
                    new Mark("UTF-32", "00 00 FE FF"),
                    new Mark("UTF-16", "FF FE"),
                    new Mark("UTF-16", "FE FF"));

    private record Mark(String encoding, String bytes) {
        boolean starts(byte[] line, int length) {
            byte[] mark = HexFormat.ofDelimiter(" ").parseHex(bytes);
            if (mark.length > length) {
                return false;
            }
            for (int i = 0; i < mark.length; i++) {
                if (mark[i] != line[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private ByteForm() {}

    /** What is wrong with a file that starts with a mark of characters of two or four bytes. */
    static Optional<String> ofMarkedFile(byte[] first, int length) {
        for (Mark mark : MARKS) {
            if (mark.starts(first, length)) {
                return Optional.of(wide("starts with the bytes " + mark.bytes(), mark.encoding()));
            }
        }
        return Optional.empty();
    }

    /** The same of a file of rows, also without a mark: no label has a NUL. */
    static Optional<String> ofTable(byte[] first, int length) {
        return ofMarkedFile(first, length)
                .or(
                        () ->
                                zeroBytes(first, length)
                                        .map(form -> wide("has a NUL in each character", form)));
    }

    private static Optional<String> zeroBytes(byte[] first, int length) {
        if (length < 4) {
            return Optional.empty();
        }
        int zeros = 0;
        for (int i = 0; i < 4; i++) {
            zeros = zeros * 2 + (first[i] == 0 ? 1 : 0);
        }
        return switch (zeros) {
            case 0b0111 -> Optional.of("UTF-32LE");
            case 0b1110 -> Optional.of("UTF-32BE");
            case 0b0101 -> Optional.of("UTF-16LE");
            case 0b1010 -> Optional.of("UTF-16BE");
            default -> Optional.empty();
        };
    }

    private static String wide(String how, String encoding) {
        return "is not UTF-8, but looks like "
                + encoding
                + ": it "
                + how
                + ". Save the file as UTF-8: "
                + iconv(encoding);
    }

    /** What a line that is not UTF-8 looks like. */
    static String ofLine(byte[] line, int length) {
        if (isGb18030(line, length) && !hasLoneBytes(line, length)) {
            return "The line looks like GB18030. Save the file as UTF-8: " + iconv("GB18030");
        }
        return "The line looks like Latin-1 or another encoding of one byte a character. Save the"
                + " file as UTF-8: "
                + iconv("WINDOWS-1252");
    }

    private static String iconv(String encoding) {
        return "iconv -f " + encoding + " -t UTF-8 OLD > NEW";
    }

    private static boolean isGb18030(byte[] line, int length) {
        try {
            GB18030.newDecoder().decode(ByteBuffer.wrap(line, 0, length));
            return true;
        } catch (CharacterCodingException no) {
            return false;
        }
    }

    /**
     * Whether most bytes beyond ASCII stand alone, as accented letters among others do; those of
     * Chinese characters stand together.
     */
    private static boolean hasLoneBytes(byte[] line, int length) {
        int lone = 0;
        int high = 0;
        for (int i = 0; i < length; i++) {
            boolean before = i > 0 && line[i - 1] < 0;
            boolean after = i + 1 < length && line[i + 1] < 0;
            high += line[i] < 0 ? 1 : 0;
            lone += line[i] < 0 && !before && !after ? 1 : 0;
        }
        return 2 * lone > high;
    }
}
