package shoal.model;

/**
 * What scores of attention are multiplied by before the softmax, of a head that is D wide in layer
 * l, counted from 0: D^{@link #exponent} / {@link #divisor}(l).
 *
 * @param byWidth by 1 / sqrt(D): HF's scale_attn_weights
 * @param byLayer by 1 / (l + 1): HF's scale_attn_by_inverse_layer_idx
 */
public record AttentionScale(boolean byWidth, boolean byLayer) {
    /** GPT-2's own: 1 / sqrt(D) in each layer. */
    public static final AttentionScale STANDARD = new AttentionScale(true, false);

    public double exponent() {
        return byWidth ? -0.5 : 0;
    }

    /** What the scores of a layer, counted from 0, are divided by as well. */
    public double divisor(int layer) {
        return byLayer ? layer + 1 : 1;
    }
}
