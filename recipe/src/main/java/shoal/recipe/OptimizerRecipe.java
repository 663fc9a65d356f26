package shoal.recipe;

/**
 * AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW computes it) and the gradient clip.
 *
 * @param learningRate the peak learning rate
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled decay
 * @param maxGradNorm HF's max_grad_norm; 0 = gradients are not clipped
 * @param decaysAll biases and LayerNorms decay too, as HF's Trainer has it where DeepSpeed makes
 *     the optimizer; HF's own optimizer leaves them out
 */
public record OptimizerRecipe(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maxGradNorm,
        boolean decaysAll) {
    public OptimizerRecipe {
        Require.range("learningRate", learningRate, 0, 1e6);
        Require.range("beta1", beta1, 0, Math.nextDown(1.0));
        Require.range("beta2", beta2, 0, Math.nextDown(1.0));
        Require.range("epsilon", epsilon, 0, 1e6);
        Require.range("weightDecay", weightDecay, 0, 1e6);
        Require.range("maxGradNorm", maxGradNorm, 0, 1e9);
    }

    /** HF's own optimizer: biases and LayerNorms do not decay. */
    public OptimizerRecipe(
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double maxGradNorm) {
        this(learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm, false);
    }

    /** The same rule for all parameters. */
    public OptimizerRecipe decayingAll() {
        return new OptimizerRecipe(
                learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm, true);
    }
}
