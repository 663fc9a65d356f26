package shoal.model;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * The shape and constants of one GPT-2 sequence classifier (HF GPT2Config, transformers 4.57.6).
 *
 * @param vocabulary vocab_size V
 * @param positions n_positions
 * @param hidden n_embd H
 * @param layers n_layer
 * @param heads n_head, a divisor of hidden
 * @param inner width of the MLP, n_inner or 4 x hidden
 * @param labels classes K
 * @param padTokenId pad_token_id; the classifier reads the last token that differs from it. {@link
 *     #NO_TOKEN}: every token counts
 * @param layerNormEpsilon layer_norm_epsilon
 * @param initializerRange standard deviation of a new score head
 * @param embeddingDropout embd_pdrop
 * @param attentionDropout attn_pdrop
 * @param residualDropout resid_pdrop
 * @param activation activation_function
 * @param attentionScale scale_attn_weights and scale_attn_by_inverse_layer_idx, as they are
 *     computed
 */
public record GptConfig(
        int vocabulary,
        int positions,
        int hidden,
        int layers,
        int heads,
        int inner,
        int labels,
        int padTokenId,
        double layerNormEpsilon,
        double initializerRange,
        double embeddingDropout,
        double attentionDropout,
        double residualDropout,
        Activation activation,
        AttentionScale attentionScale) {
    /** As padTokenId: no token of the vocabulary is padding. */
    public static final int NO_TOKEN = -1;

    public GptConfig {
        Require.range("vocabulary", vocabulary, 1, 1 << 24);
        Require.range("positions", positions, 1, 1 << 20);
        Require.range("hidden", hidden, 1, 1 << 16);
        Require.range("layers", layers, 1, 1_000);
        Require.range("heads", heads, 1, hidden);
        if (hidden % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden is " + hidden + ", expected a multiple of heads (" + heads + ")");
        }
        Require.range("inner", inner, 1, 1 << 18);
        Require.range("labels", labels, 1, Limits.LABELS);
        Require.range("padTokenId", padTokenId, NO_TOKEN, vocabulary - 1);
        Require.range("layerNormEpsilon", layerNormEpsilon, 0, 1e6);
        Require.range("initializerRange", initializerRange, 0, 1e3);
        Require.range("embeddingDropout", embeddingDropout, 0, 1);
        Require.range("attentionDropout", attentionDropout, 0, 1);
        Require.range("residualDropout", residualDropout, 0, 1);
        requireNonNull(activation, "activation");
        requireNonNull(attentionScale, "attentionScale");
    }

    /** With GPT-2's own activation and scale of attention. */
    public GptConfig(
            int vocabulary,
            int positions,
            int hidden,
            int layers,
            int heads,
            int inner,
            int labels,
            int padTokenId,
            double layerNormEpsilon,
            double initializerRange,
            double embeddingDropout,
            double attentionDropout,
            double residualDropout) {
        this(
                vocabulary,
                positions,
                hidden,
                layers,
                heads,
                inner,
                labels,
                padTokenId,
                layerNormEpsilon,
                initializerRange,
                embeddingDropout,
                attentionDropout,
                residualDropout,
                Activation.TANH_GELU,
                AttentionScale.STANDARD);
    }

    /** Whether a token of the vocabulary is padding. */
    public boolean hasPadToken() {
        return padTokenId != NO_TOKEN;
    }

    /** The token that a text without any is read as: padding, or the first one where none is. */
    public int emptyTextToken() {
        return hasPadToken() ? padTokenId : 0;
    }
}
