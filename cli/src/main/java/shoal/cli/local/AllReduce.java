package shoal.cli.local;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shoal.plan.step.ReductionTree.Node;
import shoal.recipe.Limits;
import shoal.recipe.Require;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.Kind;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.exchange.Receiver;
import shoal.worker.exchange.Trouble;
import shoal.worker.stop.StopSignal;

/**
 * Sums a buffer over two workers as a training step does: each sends the half that the other owns,
 * adds what it is sent to its own half, and sends the sum back.
 */
final class AllReduce implements Receiver {
    private static final int SAMPLE = 997;
    private static final int PATTERN = 1_023;

    private final int index;
    private final int elements;
    private final ByteBuffer bytes;
    private final FloatBuffer values;

    // Guarded by this.
    private long added;
    private long copied;
    private @Nullable Trouble trouble;

    /**
     * A buffer of zeros.
     *
     * @param index of this worker, 0 or 1
     * @param elements a multiple of 32
     */
    AllReduce(int index, int elements) {
        Require.range("index", index, 0, 1);
        if (elements % (2 * Limits.NATIVE_RANGE_ELEMENTS) != 0) {
            throw new IllegalArgumentException(elements + " elements, expected a multiple of 32");
        }
        this.index = index;
        this.elements = elements;
        this.bytes =
                ByteBuffer.allocateDirect(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        this.values = bytes.asFloatBuffer();
    }

    /** Sets the buffer to what this worker contributes. */
    synchronized void fill() {
        for (int i = 0; i < elements; i++) {
            values.put(i, (i & PATTERN) + index);
        }
        added = 0;
        copied = 0;
    }

    /** Sums the buffers of both workers; each then holds the whole sum. */
    void sum(Exchange exchange, int step, StopSignal stop) throws InterruptedException {
        exchange.send(
                1 - index, header(Kind.GRADIENT_NODE, step, 1 - index), half(1 - index), stop);
        awaitHalf(true);
        exchange.send(1 - index, header(Kind.REDUCED_GRADIENT, step, index), half(index), stop);
        awaitHalf(false);
    }

    /**
     * Checks a sample of the sums.
     *
     * @throws IllegalStateException if one is wrong
     */
    void check() {
        for (int i = 0; i < elements; i += SAMPLE) {
            float expected = 2 * (i & PATTERN) + 1;
            if (values.get(i) != expected) {
                throw new IllegalStateException(
                        "element " + i + " is " + values.get(i) + ", expected " + expected);
            }
        }
    }

    @Override
    public Optional<String> refusal(int from, RangeHeader range) {
        long end = range.offsetElements() + range.elements();
        int owner = range.kind() == Kind.GRADIENT_NODE ? index : 1 - index;
        boolean fits = range.offsetElements() >= start(owner) && end <= start(owner) + elements / 2;
        return fits ? Optional.empty() : Optional.of("outside half " + owner);
    }

    @Override
    public synchronized Answer arrived(int from, RangeHeader range, ByteBuffer piece) {
        int at = (int) range.offsetElements();
        if (range.kind() == Kind.GRADIENT_NODE) {
            add(piece.asFloatBuffer(), at, range.elements());
            added += range.elements();
        } else {
            bytes.put(at * Float.BYTES, piece, 0, range.elements() * Float.BYTES);
            copied += range.elements();
        }
        notifyAll();
        return Answer.TAKEN;
    }

    @Override
    public synchronized void trouble(Trouble said) {
        trouble = said;
        notifyAll();
    }

    private void add(FloatBuffer piece, int at, int count) {
        for (int i = 0; i < count; i++) {
            values.put(at + i, values.get(at + i) + piece.get(i));
        }
    }

    private synchronized void awaitHalf(boolean ofSums) throws InterruptedException {
        while ((ofSums ? added : copied) < elements / 2) {
            if (trouble != null) {
                throw new IllegalStateException(trouble.toString());
            }
            wait();
        }
    }

    private RangeHeader header(Kind kind, int step, int half) {
        Optional<Node> node =
                kind == Kind.GRADIENT_NODE
                        ? Optional.of(new Node(index, index + 1))
                        : Optional.empty();
        return new RangeHeader(kind, step, step - 1, 0, start(half), elements / 2, node);
    }

    private ByteBuffer half(int half) {
        return bytes.slice(start(half) * Float.BYTES, elements / 2 * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private int start(int half) {
        return half * (elements / 2);
    }
}
