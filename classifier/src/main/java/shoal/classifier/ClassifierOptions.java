package shoal.classifier;

import java.util.OptionalInt;
import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * How a {@link Classifier} reads and computes.
 *
 * @param lanes compute threads, 1 to {@link Limits#LANES}; never changes a result
 * @param maxTokens tokens kept of a text; empty for as many as model and tokenizer allow
 */
public record ClassifierOptions(int lanes, OptionalInt maxTokens) {
    public ClassifierOptions {
        Require.range("lanes", lanes, 1, Limits.LANES);
        maxTokens.ifPresent(tokens -> Require.atLeast("maxTokens", tokens, 1));
    }

    /** A lane for each core that the process may use, texts as long as the model allows. */
    public static ClassifierOptions defaults() {
        return new ClassifierOptions(
                Runtime.getRuntime().availableProcessors(), OptionalInt.empty());
    }

    /** The same with so many compute threads. */
    public ClassifierOptions withLanes(int count) {
        return new ClassifierOptions(count, maxTokens);
    }

    /** The same with texts cut after so many tokens, as {@code --max_seq_length} does. */
    public ClassifierOptions withMaxTokens(int tokens) {
        return new ClassifierOptions(lanes, OptionalInt.of(tokens));
    }
}
