package shoal.engine;

import java.nio.ByteBuffer;
import java.util.List;
import shoal.model.ParameterTable;

/**
 * Holds one model's parameters and computes logits: no gradient, moments or masks.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>A row's logits depend on the parameters and on its own ids, bit for bit: not on the rows
 *       beside it, lanes, or the machine's load. (Another kind of processor may round otherwise.)
 *   <li>Memory outside the heap is the parameters, and one row's activations for each lane.
 * </ul>
 *
 * <p>Methods may be called from one thread at a time.
 */
public interface InferenceEngine extends AutoCloseable {
    /** Where every parameter lies. */
    ParameterTable table();

    /** Sets parameters: little-endian fp32 into a unit from an element offset. */
    void write(int unit, long offsetElements, ByteBuffer values);

    /**
     * Logits of rows, one array of as many as there are classes for each, in their order.
     *
     * @param rows token ids, at least one each; padding at the end is passed over as HF does
     * @throws IllegalArgumentException if a row has ids or more tokens than the model has
     */
    List<float[]> logits(List<int[]> rows);

    @Override
    void close();
}
