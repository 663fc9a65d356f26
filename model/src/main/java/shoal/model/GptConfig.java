package shoal.model;

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
 * @param padTokenId pad_token_id; the classifier reads the last token that differs from it
 * @param layerNormEpsilon layer_norm_epsilon
 * @param initializerRange standard deviation of a new score head
 * @param embeddingDropout embd_pdrop
 * @param attentionDropout attn_pdrop
 * @param residualDropout resid_pdrop
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
        double residualDropout) {
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
        Require.range("layerNormEpsilon", layerNormEpsilon, 0, 1);
        Require.range("initializerRange", initializerRange, 0, 1e3);
        Require.range("embeddingDropout", embeddingDropout, 0, Math.nextDown(1.0));
        Require.range("attentionDropout", attentionDropout, 0, Math.nextDown(1.0));
        Require.range("residualDropout", residualDropout, 0, Math.nextDown(1.0));
    }
}
