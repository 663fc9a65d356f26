package shoal.coordinator.core;

import java.util.regex.Pattern;

/** What runs and workers may be called: safe as a file name on every system. */
public final class Names {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    /** Characters of a refused name that a message repeats: it may be a megabyte. */
    private static final int SHOWN = 80;

    private Names() {}

    public static boolean isName(String text) {
        return FORM.matcher(text).matches();
    }

    /** What to tell somebody who chose this name. */
    public static String problem(String what, String text) {
        String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return what
                + " '"
                + shown
                + "' is not usable: expected 1 to 63 of a-z, 0-9, '.', '_' and '-', starting with a"
                + " letter or digit";
    }
}
