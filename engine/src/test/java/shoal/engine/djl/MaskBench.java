package shoal.engine.djl;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.TearDown;
import shoal.engine.RowInput;

/** Dropout's factors, per element. */
public class MaskBench extends LaneBench {
    private static final int ROWS = 4;
    private static final int TOKENS = 128;

    /** Attention's heads x queries x keys, and two residual sites. */
    private static final int MASK_ELEMENTS = ROWS * TOKENS * (HEADS * TOKENS + 2 * HIDDEN);

    private static final int THRESHOLD = MaskStream.threshold(0.1);

    private final Kernel kernel = new Kernel(config(2), 0);
    private final LaneMasks masks = new LaneMasks(kernel, config(2), 42);
    private final PackedRows rows = rows();
    private final MaskStream stream = new MaskStream();
    private final NativeBuffer target = NativeBuffer.zeros(kernel, MASK_ELEMENTS);
    private int step;

    /** Factors of one key, in one go. */
    @Benchmark
    @OperationsPerInvocation(MASK_ELEMENTS)
    public void stream() {
        long key = MaskStream.key(42, ++step, 0, 0, 0);
        stream.fill(target.ints(), 0, MASK_ELEMENTS, key, THRESHOLD);
    }

    /** All factors of a layer for a slice of 4 rows of 128 tokens, as forward and backward make. */
    @Benchmark
    @OperationsPerInvocation(MASK_ELEMENTS)
    public Object layerMask() {
        return masks.layer(++step, rows, 0);
    }

    @TearDown
    public void close() {
        kernel.close();
    }

    private static PackedRows rows() {
        int[] ids = new int[TOKENS];
        Arrays.fill(ids, 1);
        List<RowInput> rows =
                IntStream.range(0, ROWS)
                        .mapToObj(row -> new RowInput(row, ids, 0, 1.0 / ROWS))
                        .toList();
        return PackedRows.of(rows, config(2));
    }
}
