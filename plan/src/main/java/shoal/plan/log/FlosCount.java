package shoal.plan.log;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.IntUnaryOperator;
import shoal.plan.step.MicroBatch;
import shoal.recipe.Require;

/**
 * Counts the floating point operations of a step as HF estimates them: 6 for each parameter that is
 * no embedding and each token, padding to the longest row of a micro-batch included (transformers
 * 4.57.6 modeling_utils.py, floating_point_ops; trainer.py, store_flos).
 *
 * @param tokens that the tokenizer gave for a row, by row number
 * @param parameters elements without the two embeddings
 */
public record FlosCount(IntUnaryOperator tokens, long parameters) {
    private static final long PER_TOKEN_AND_PARAMETER = 6;

    public FlosCount {
        requireNonNull(tokens, "tokens");
        Require.atLeast("parameters", parameters, 1);
    }

    /** Operations of all micro-batches together. */
    public long of(List<MicroBatch> batches) {
        long padded = batches.stream().mapToLong(this::paddedTokens).reduce(0, Math::addExact);
        return Math.multiplyExact(PER_TOKEN_AND_PARAMETER, Math.multiplyExact(padded, parameters));
    }

    private long paddedTokens(MicroBatch batch) {
        int longest = 1; // A row of no tokens is padded to one.
        for (int row : batch.rows()) {
            longest = Math.max(longest, tokens.applyAsInt(row));
        }
        return (long) longest * batch.rows().length;
    }
}
