package shoal.cli.client;

import static java.util.Objects.requireNonNull;

/**
 * One thing that was looked at.
 *
 * @param name of what, in one word
 * @param good whether runs can go on with it as it is
 * @param words what was found, and what to do where it is not good
 */
public record Check(String name, boolean good, String words) {
    public Check {
        requireNonNull(name, "name");
        requireNonNull(words, "words");
    }

    static Check good(String name, String words) {
        return new Check(name, true, words);
    }

    static Check bad(String name, String words) {
        return new Check(name, false, words);
    }
}
