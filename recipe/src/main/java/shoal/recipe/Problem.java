package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * One thing that is wrong with what the user gave.
 *
 * <p>{@code where} is what the user can open or type: {@code "config/ds.json:12"}, {@code
 * "data/train.tsv:7"} or {@code "--max_seq_length"}. {@code what} says what is there, what was
 * expected and what to do, in sentences.
 */
public record Problem(String where, String what) {
    public Problem {
        requireNonNull(where, "where");
        requireNonNull(what, "what");
    }

    /** The line shown to the user. */
    @Override
    public String toString() {
        return where.isEmpty() ? what : where + ": " + what;
    }
}
