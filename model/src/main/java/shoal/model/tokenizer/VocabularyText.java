package shoal.model.tokenizer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import shoal.recipe.Limits;
import shoal.recipe.UserException;

/**
 * Lines of a vocabulary file as Python's {@code readlines} gives them: cut at LF, CR LF and CR
 * only, since vocabularies hold U+2028 and U+0085 as tokens.
 */
final class VocabularyText {
    private VocabularyText() {}

    /** Lines without their ends; what follows the last line end is one only if it is not empty. */
    static List<String> lines(Path file, String shownName) {
        List<String> pieces = pieces(file, shownName);
        int last = pieces.size() - 1;
        return pieces.get(last).isEmpty() ? pieces.subList(0, last) : pieces;
    }

    /** What stands between line ends, and before and behind them: {@code read().split("\n")}. */
    static List<String> pieces(Path file, String shownName) {
        String text = text(file, shownName);
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character != '\n' && character != '\r') {
                continue;
            }
            lines.add(text.substring(start, i));
            if (character == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                i++;
            }
            start = i + 1;
        }
        lines.add(text.substring(start));
        return lines;
    }

    private static String text(Path file, String shownName) {
        try {
            long size = Files.size(file);
            if (size > Limits.JSON_BYTES) {
                throw new UserException(
                        shownName,
                        "has " + size + " bytes; at most " + Limits.JSON_BYTES + " are read.");
            }
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException notUtf8) {
            throw new UserException(shownName, "is not UTF-8 text. Save it as UTF-8.");
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read: " + unreadable);
        }
    }
}
