package shoal.plan.memory;

import shoal.model.GptConfig;

/**
 * Elements that forward keeps for backward, and that backward needs for a while, as the kernel has
 * them: packed tokens, attention probabilities per row, only the last token of each row in the last
 * layer.
 */
final class ActivationCount {
    private final long hidden;
    private final long inner;
    private final long heads;
    private final long layers;
    private final int activationBuffers;
    private final boolean dropsAttention;
    private final boolean dropsResidual;

    ActivationCount(GptConfig config) {
        this.hidden = config.hidden();
        this.inner = config.inner();
        this.heads = config.heads();
        this.layers = config.layers();
        this.activationBuffers = config.activation().backwardBuffers();
        this.dropsAttention = config.attentionDropout() > 0;
        this.dropsResidual = config.residualDropout() > 0;
    }

    /** What all layers keep of rows with these tokens. */
    long keptByAllLayers(int[] tokenCounts) {
        return Math.addExact(
                Math.multiplyExact(layers - 1, keptByLayer(tokenCounts)),
                keptByLastLayer(tokenCounts));
    }

    /** The inputs of all layers for several micro-batches, and what one layer keeps of one. */
    long inputsAndOneLayer(int[] tokenCounts, int microBatches) {
        long inputs = Math.multiplyExact(tokens(tokenCounts) * hidden, layers * microBatches);
        return Math.addExact(inputs, keptByLayer(tokenCounts));
    }

    /**
     * Per token: input, both normed inputs, the middle of the layer and attention's output, of
     * width H; queries, keys and values, 3H; the MLP before and after its activation, 2F; mean and
     * deviation of both norms. Per row and head: tokens x tokens probabilities.
     */
    long keptByLayer(int[] tokenCounts) {
        long perToken = 5 * hidden + 3 * hidden + 2 * inner + 4;
        return Math.addExact(
                Math.multiplyExact(perToken, tokens(tokenCounts)),
                Math.multiplyExact(heads, squares(tokenCounts)));
    }

    /** Per token: input, normed input, keys and values; the rest per row. */
    private long keptByLastLayer(int[] tokenCounts) {
        long perToken = 4 * hidden + 2 + heads;
        long perRow = 5 * hidden + 2 * inner + 2;
        return Math.addExact(
                Math.multiplyExact(perToken, tokens(tokenCounts)),
                Math.multiplyExact(perRow, (long) tokenCounts.length));
    }

    /**
     * At the peak of a layer's backward, per token: the gradients that arrive at the layer, at its
     * middle and at attention's output, and of queries, keys and values; what another activation
     * than GPT-2's own takes; with dropout two more and the masks. Per head of the longest row:
     * probabilities, dropped and as gradients.
     */
    long workingSpace(int[] tokenCounts) {
        long perToken = 6 * hidden + activationBuffers * inner + (dropsResidual ? 3 * hidden : 0);
        long longest = 0;
        for (int tokens : tokenCounts) {
            longest = Math.max(longest, (long) tokens * tokens);
        }
        long attention = heads * ((dropsAttention ? 3 : 2) * longest);
        long masks = dropsAttention ? Math.multiplyExact(heads, squares(tokenCounts)) : 0;
        return Math.addExact(
                Math.multiplyExact(perToken, tokens(tokenCounts)), Math.addExact(attention, masks));
    }

    private static long tokens(int[] tokenCounts) {
        long sum = 0;
        for (int tokens : tokenCounts) {
            sum += tokens;
        }
        return sum;
    }

    private static long squares(int[] tokenCounts) {
        long sum = 0;
        for (int tokens : tokenCounts) {
            sum = Math.addExact(sum, (long) tokens * tokens);
        }
        return sum;
    }
}
