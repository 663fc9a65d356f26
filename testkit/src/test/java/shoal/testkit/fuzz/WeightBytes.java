package shoal.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Map;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorInfo;
import shoal.recipe.UserException;

/** Shows that every tensor of an open file lies inside it. */
final class WeightBytes {
    /** Tensors of one file that are read: enough to meet every way of lying in it. */
    private static final int READ = 20;

    private WeightBytes() {}

    /** Reads the first and the last element of each tensor; a place outside would end the file. */
    static void readEnds(TensorFile file) {
        int read = 0;
        for (Map.Entry<String, TensorInfo> each : file.tensors().entrySet()) {
            TensorInfo info = each.getValue();
            if (info.sizeElements() == 0 || !info.type().readable() || read++ == READ) {
                continue;
            }
            readOne(file, each.getKey(), 0);
            readOne(file, each.getKey(), info.sizeElements() - 1);
        }
    }

    private static void readOne(TensorFile file, String name, long element) {
        ByteBuffer value = ByteBuffer.allocate(Float.BYTES);
        try {
            file.read(name, element, value);
        } catch (UserException outside) {
            throw new AssertionError(name + " was accepted, but lies outside its file", outside);
        }
        assertThat(value.hasRemaining()).isFalse();
    }
}
