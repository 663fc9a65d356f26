package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long a client waits for a coordinator that is there.
 *
 * @param answer to one call, the first time that it is asked; each time after that one more of
 *     these
 * @param whole until the command gives up, unless something comes meanwhile
 */
record Patience(Duration answer, Duration whole) {
    /** A coordinator answers from memory; on a machine that is overloaded, later. */
    static final Patience USUAL = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(60));

    /** Of who wants to know how it is now. */
    static final Patience ONCE = new Patience(USUAL.answer(), USUAL.answer());

    Patience {
        requireNonNull(answer, "answer");
        if (whole.compareTo(answer) < 0) {
            throw new IllegalArgumentException("whole is " + whole + ", shorter than " + answer);
        }
    }
}
