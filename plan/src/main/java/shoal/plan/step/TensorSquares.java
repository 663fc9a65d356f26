package shoal.plan.step;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * Squared norms of every tensor of a model, by its number in the table of parameters: that of its
 * weights, and that of the direction in which an update would move it. Of OneBitLamb after its
 * freeze, the direction without decay takes the place of weights. Added exactly, block by block, so
 * that neither order nor owner changes a bit. Not for concurrent use.
 */
public final class TensorSquares {
    /** Length of a tensor's two sums that travel. */
    public static final int TENSOR_BYTES = 2 * ExactSum.SIZE_BYTES;

    static {
        int each = TENSOR_BYTES + Float.BYTES; // the largest ratio
        if (Limits.MEASURED_TENSORS * each + 4_096 > Limits.MESSAGE_BYTES) {
            throw new AssertionError("a StepMeasured message must fit");
        }
    }

    private final List<ExactSum> weights;
    private final List<ExactSum> directions;

    private TensorSquares(List<ExactSum> weights, List<ExactSum> directions) {
        this.weights = weights;
        this.directions = directions;
    }

    /** Zeros. */
    public static TensorSquares zeros(int tensors) {
        Require.range("tensors", tensors, 1, Limits.MEASURED_TENSORS);
        return new TensorSquares(sums(tensors), sums(tensors));
    }

    /** Of no tensor: what a rule has measured that needs no norms. */
    public static TensorSquares none() {
        return new TensorSquares(List.of(), List.of());
    }

    /** Adds a part of a tensor; both squares are finite. */
    public void add(int tensor, double weight, double direction) {
        weights.get(tensor).add(weight);
        directions.get(tensor).add(direction);
    }

    /** Adds what was measured elsewhere of the same model. */
    public void add(TensorSquares other) {
        if (other.tensors() != tensors()) {
            throw new IllegalArgumentException(other.tensors() + " tensors, expected " + tensors());
        }
        for (int tensor = 0; tensor < tensors(); tensor++) {
            weights.get(tensor).add(other.weights.get(tensor));
            directions.get(tensor).add(other.directions.get(tensor));
        }
    }

    public int tensors() {
        return weights.size();
    }

    /** The norm of a tensor's weights. */
    public double weightNorm(int tensor) {
        return StrictMath.sqrt(weights.get(tensor).value());
    }

    /** The norm of a tensor's direction. */
    public double directionNorm(int tensor) {
        return StrictMath.sqrt(directions.get(tensor).value());
    }

    /** For each tensor the sum of its weights, then that of its direction. */
    public byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(tensors() * TENSOR_BYTES);
        for (int tensor = 0; tensor < tensors(); tensor++) {
            bytes.put(weights.get(tensor).toBytes()).put(directions.get(tensor).toBytes());
        }
        return bytes.array();
    }

    /** What {@link #toBytes} gave these bytes. */
    public static TensorSquares fromBytes(byte[] bytes) {
        int each = TENSOR_BYTES;
        int tensors = bytes.length / each;
        if (bytes.length % each != 0 || tensors < 1 || tensors > Limits.MEASURED_TENSORS) {
            throw new IllegalArgumentException(
                    bytes.length
                            + " bytes of squared norms, expected "
                            + each
                            + " for each of 1 to "
                            + Limits.MEASURED_TENSORS
                            + " tensors");
        }
        List<ExactSum> weights = new ArrayList<>();
        List<ExactSum> directions = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        for (int tensor = 0; tensor < tensors; tensor++) {
            weights.add(next(buffer));
            directions.add(next(buffer));
        }
        return new TensorSquares(weights, directions);
    }

    private static ExactSum next(ByteBuffer buffer) {
        byte[] one = new byte[ExactSum.SIZE_BYTES];
        buffer.get(one);
        return ExactSum.fromBytes(one);
    }

    private static List<ExactSum> sums(int count) {
        return Stream.generate(ExactSum::new).limit(count).toList();
    }
}
