package shoal.model.json;

import java.util.ArrayList;
import java.util.List;

/** What Python calls white space, so that rows are cut as a Python script would cut them. */
public final class PythonText {
    private PythonText() {}

    /** Python's {@code text.rstrip()}. */
    public static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** Python's {@code text.strip()}. */
    public static String strip(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return stripTrailing(text.substring(start));
    }

    /** Python's {@code text.split()}: what stands between white space. */
    public static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean isSpace = i == text.length() || isSpace(text.charAt(i));
            if (isSpace && start >= 0) {
                parts.add(text.substring(start, i));
                start = -1;
            } else if (!isSpace && start < 0) {
                start = i;
            }
        }
        return parts;
    }

    /**
     * Python's {@code str.isspace} of one character: bidirectional type WS, B or S, or category Zs
     * (CPython 3.11, Objects/unicodetype_db.h). All lie in the basic plane.
     */
    public static boolean isSpace(char character) {
        return switch (character) {
            case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default ->
                    (character >= 0x09 && character <= 0x0D)
                            || (character >= 0x1C && character <= 0x1F)
                            || (character >= 0x2000 && character <= 0x200A);
        };
    }
}
