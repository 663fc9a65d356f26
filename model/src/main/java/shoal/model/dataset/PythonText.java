package shoal.model.dataset;

/** What Python calls white space, so that rows are cut as a Python script would cut them. */
final class PythonText {
    private PythonText() {}

    /** Python's {@code text.rstrip()}. */
    static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** Python's {@code text.strip()}. */
    static String strip(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return stripTrailing(text.substring(start));
    }

    /**
     * Python's {@code str.isspace} of one character: bidirectional type WS, B or S, or category Zs
     * (CPython 3.11, Objects/unicodetype_db.h). All lie in the basic plane.
     */
    static boolean isSpace(char character) {
        return switch (character) {
            case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default ->
                    (character >= 0x09 && character <= 0x0D)
                            || (character >= 0x1C && character <= 0x1F)
                            || (character >= 0x2000 && character <= 0x200A);
        };
    }
}
