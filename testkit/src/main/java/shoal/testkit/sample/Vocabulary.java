package shoal.testkit.sample;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A vocabulary for BERT's tokenizer in which every token is one character: BERT's five special
 * tokens, printable ASCII without capitals (the tokenizer lowers them), continuations of latin
 * letters and digits, CJK punctuation, and the 3,755 most common Chinese characters, so that the
 * small model can read other people's text too.
 */
final class Vocabulary {
    /**
     * GB/T 2312-1980, level 1: rows 16 to 55 of 94 characters; the last five places of row 55 are
     * empty.
     */
    private static final int FIRST_ROW = 16;

    private static final int LAST_ROW = 55;
    private static final int ROW_LENGTH = 94;
    private static final int EMPTY_PLACES = 5;

    private static final List<String> SPECIAL =
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
    private static final String CJK_PUNCTUATION = "，。！？、；：“”‘’（）《》【】…—～·￥";

    private Vocabulary() {}

    /** Tokens in the order of their ids; {@code [PAD]} is 0. */
    static List<String> covering(List<String> texts) {
        Set<String> tokens = new LinkedHashSet<>(SPECIAL);
        for (char character = '!'; character <= '~'; character++) {
            if (!Character.isUpperCase(character)) {
                tokens.add(String.valueOf(character));
            }
        }
        addContinuations(tokens, '0', '9');
        addContinuations(tokens, 'a', 'z');
        CJK_PUNCTUATION.codePoints().forEach(point -> tokens.add(Character.toString(point)));
        tokens.addAll(commonCharacters());
        tokens.addAll(charactersOf(texts));
        return new ArrayList<>(tokens);
    }

    private static void addContinuations(Set<String> tokens, char first, char last) {
        for (char character = first; character <= last; character++) {
            tokens.add("##" + character);
        }
    }

    private static List<String> commonCharacters() {
        Charset charset = Charset.forName("GB2312");
        List<String> characters = new ArrayList<>();
        for (int row = FIRST_ROW; row <= LAST_ROW; row++) {
            int length = row == LAST_ROW ? ROW_LENGTH - EMPTY_PLACES : ROW_LENGTH;
            for (int place = 1; place <= length; place++) {
                byte[] bytes = {(byte) (0xA0 + row), (byte) (0xA0 + place)};
                characters.add(new String(bytes, charset));
            }
        }
        return characters;
    }

    private static Set<String> charactersOf(List<String> texts) {
        Set<String> characters = new TreeSet<>();
        for (String text : texts) {
            text.codePoints()
                    .filter(point -> !Character.isWhitespace(point))
                    .map(Character::toLowerCase)
                    .forEach(point -> characters.add(Character.toString(point)));
        }
        return characters;
    }
}
