package shoal.model.tensor;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * An open file of named tensors. What the file claims was checked when it was opened: every tensor
 * lies inside the file. Methods may be called from one thread at a time.
 */
public interface TensorFile extends AutoCloseable {
    /** The file as the user wrote it, for messages. */
    String shownName();

    /** Every tensor, in the order of the file. */
    Map<String, TensorInfo> tensors();

    /**
     * Fills {@code values} with little-endian fp32 from an element offset of a tensor, F16 and BF16
     * widened exactly, F64 rounded to the nearest as torch does.
     *
     * @param values its remaining bytes are a whole number of elements inside the tensor
     * @throws shoal.recipe.UserException if the file cannot be read
     */
    void read(String name, long offsetElements, ByteBuffer values);

    @Override
    void close();
}
