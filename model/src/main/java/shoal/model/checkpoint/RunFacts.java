package shoal.model.checkpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import shoal.recipe.Limits;
import shoal.recipe.Require;
import shoal.recipe.Sha256;

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
    private static final Predicate<String> WEIGHTS =
            Pattern.compile(".*\\.(safetensors|bin)").asMatchPredicate();

    public RunFacts {
        Require.range("trainRows", trainRows, 1, Limits.ROWS);
        Require.range("evaluationRows", evaluationRows, 0, Limits.ROWS);
        Require.range("labels", labels, 1, Limits.LABELS);
        requireSha256("trainSha256", trainSha256);
        requireSha256("evaluationSha256", evaluationSha256);
        requireSha256("modelSha256", modelSha256);
    }

    /**
     * The hash of a model's weights: their file's, or that of all hashes where they are several.
     *
     * @param hashes of all files of the model folder, by name
     */
    public static Optional<String> modelSha256(Map<String, String> hashes) {
        TreeMap<String, String> weights = new TreeMap<>(hashes);
        weights.keySet().retainAll(weights.keySet().stream().filter(WEIGHTS).toList());
        if (weights.size() < 2) {
            return weights.values().stream().findFirst();
        }
        MessageDigest all = Sha256.digest();
        weights.values().forEach(hash -> all.update(hash.getBytes(US_ASCII)));
        return Optional.of(HexFormat.of().formatHex(all.digest()));
    }

    private static void requireSha256(String name, Optional<String> hash) {
        requireNonNull(hash, name);
        if (hash.isPresent() && !SHA256.matcher(hash.get()).matches()) {
            throw new IllegalArgumentException(
                    name + " is \"" + hash.get() + "\", expected 64 hexadecimal digits");
        }
    }
}
