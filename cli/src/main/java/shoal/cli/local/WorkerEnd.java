package shoal.cli.local;

import static java.util.Objects.requireNonNull;

import shoal.recipe.ErrorCode;

/**
 * How a worker's process ended.
 *
 * @param code what the command ends with because of it
 * @param words how, with its last words
 */
public record WorkerEnd(ErrorCode code, String words) {
    public WorkerEnd {
        requireNonNull(code, "code");
        requireNonNull(words, "words");
    }
}
