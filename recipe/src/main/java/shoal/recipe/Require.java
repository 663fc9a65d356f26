package shoal.recipe;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** Argument checks whose messages hold the value and the bound. */
public final class Require {
    private Require() {}

    /** Checks that {@code value >= least}. */
    public static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", expected at least " + least);
        }
    }

    /** Checks that a list has at most so many elements. */
    public static void atMost(String name, List<?> list, int most) {
        if (list.size() > most) {
            throw new IllegalArgumentException(
                    name + " has " + list.size() + " elements, expected at most " + most);
        }
    }

    /** Checks that a text has at most so many characters. */
    public static void text(String name, String text, int most) {
        requireNonNull(text, name);
        if (text.length() > most) {
            throw new IllegalArgumentException(
                    name + " has " + text.length() + " characters, expected at most " + most);
        }
    }

    /** Checks that a text can be the path of a file. */
    public static void path(String name, String text) {
        text(name, text, Limits.PATH_LENGTH);
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    name + " has a NUL character, which no file's name can have");
        }
    }

    /** Checks that {@code least <= value <= most}; NaN is outside every range. */
    public static void range(String name, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", expected " + least + " to " + most);
        }
    }
}
