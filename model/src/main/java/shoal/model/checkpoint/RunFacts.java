package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.regex.Pattern;
import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * What a run's result depends on besides its recipe.
 *
 * @param trainRows rows of the training file
 * @param evaluationRows rows of the evaluation file, 0 without one
 * @param labels classes
 * @param trainSha256 of the training file, where known
 * @param evaluationSha256 of the evaluation file, where there is one and it is known
 * @param modelSha256 of the weights that the run started from, where known
 */
public record RunFacts(
        int trainRows,
        int evaluationRows,
        int labels,
        Optional<String> trainSha256,
        Optional<String> evaluationSha256,
        Optional<String> modelSha256) {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public RunFacts {
        Require.range("trainRows", trainRows, 1, Limits.ROWS);
        Require.range("evaluationRows", evaluationRows, 0, Limits.ROWS);
        Require.range("labels", labels, 1, Limits.LABELS);
        requireSha256("trainSha256", trainSha256);
        requireSha256("evaluationSha256", evaluationSha256);
        requireSha256("modelSha256", modelSha256);
    }

    private static void requireSha256(String name, Optional<String> hash) {
        requireNonNull(hash, name);
        if (hash.isPresent() && !SHA256.matcher(hash.get()).matches()) {
            throw new IllegalArgumentException(
                    name + " is \"" + hash.get() + "\", expected 64 hexadecimal digits");
        }
    }
}
