package shoal.engine;

/**
 * What a classifier says of one row.
 *
 * @param loss of its label, with the recipe's label smoothing
 * @param prediction the class of the largest logit, the first one of equals
 * @param logits one per class
 */
@SuppressWarnings("ArrayRecordComponent") // made once per row and handed over
public record RowResult(float loss, int prediction, float[] logits) {}
