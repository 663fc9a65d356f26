package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * The update rule with its figures, and the gradient clip.
 *
 * @param rule how the figures are used
 * @param learningRate the peak learning rate
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled, or in the gradient, as the rule says
 * @param maxGradNorm HF's max_grad_norm; 0 = gradients are not clipped
 * @param decaysAll biases and LayerNorms decay too, as HF's Trainer has it where DeepSpeed makes
 *     the optimizer; HF's own optimizer leaves them out
 */
public record OptimizerRecipe(
        UpdateRule rule,
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maxGradNorm,
        boolean decaysAll) {
    public OptimizerRecipe {
        requireNonNull(rule, "rule");
        Require.range("learningRate", learningRate, 0, 1e6);
        Require.range("beta1", beta1, 0, Math.nextDown(1.0));
        Require.range("beta2", beta2, 0, Math.nextDown(1.0));
        Require.range("epsilon", epsilon, 0, 1e6);
        Require.range("weightDecay", weightDecay, 0, 1e6);
        Require.range("maxGradNorm", maxGradNorm, 0, 1e9);
    }

    /** HF's own optimizer: AdamW, and biases and LayerNorms do not decay. */
    public OptimizerRecipe(
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double maxGradNorm) {
        this(
                new UpdateRule.AdamW(),
                learningRate,
                beta1,
                beta2,
                epsilon,
                weightDecay,
                maxGradNorm,
                false);
    }

    /** The same rule for all parameters. */
    public OptimizerRecipe decayingAll() {
        return new OptimizerRecipe(
                rule, learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm, true);
    }

    /** The same figures in another rule. */
    public OptimizerRecipe with(UpdateRule other) {
        return new OptimizerRecipe(
                other, learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm, decaysAll);
    }
}
