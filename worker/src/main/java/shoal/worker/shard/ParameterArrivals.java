package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import shoal.engine.ParameterSource;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.stop.StopSignal;

/**
 * Parameters of other workers on their way into this one's engine.
 *
 * <p>A range is taken when the engine expects its unit at its version, and waits at its sender
 * until then. From any thread.
 */
final class ParameterArrivals implements ParameterSource {
    private final Member member;
    private final StopSignal stop;
    private final Runnable offerAgain;

    // Guarded by this.
    private final Map<Integer, Expected> expected = new HashMap<>();
    private int version;
    private @Nullable RuntimeException failure;

    /**
     * A unit that has not come in full. Who has sent its part may be ahead, and what it sends next
     * of this unit is for the next time that it is expected.
     */
    private final class Expected {
        private final ByteBuffer values;
        private final long[] elementsLeft = new long[member.workers()];

        Expected(int unit, ByteBuffer values) {
            this.values = values;
            for (int worker = 0; worker < elementsLeft.length; worker++) {
                boolean other = worker != member.index();
                elementsLeft[worker] = other ? member.owned(unit, worker).size() : 0;
            }
        }

        boolean isComplete() {
            return LongStream.of(elementsLeft).allMatch(left -> left == 0);
        }
    }

    /**
     * Nothing is expected.
     *
     * @param offerAgain asks for ranges that were put off
     */
    ParameterArrivals(Member member, StopSignal stop, Runnable offerAgain) {
        this.member = requireNonNull(member, "member");
        this.stop = requireNonNull(stop, "stop");
        this.offerAgain = requireNonNull(offerAgain, "offerAgain");
    }

    /** What is expected from now on are parameters at a step's end. */
    synchronized void version(int step) {
        version = step;
    }

    @Override
    public void expect(int unit, ByteBuffer values) {
        Expected coming = new Expected(unit, values);
        if (coming.isComplete()) {
            return;
        }
        synchronized (this) {
            if (expected.put(unit, coming) != null) {
                throw new IllegalStateException("unit " + unit + " is expected twice at a time");
            }
        }
        offerAgain.run();
    }

    @Override
    public void await(int unit) {
        stop.await(this, () -> hasCome(unit));
    }

    private boolean hasCome(int unit) {
        boolean has = !expected.containsKey(unit);
        if (!has && failure != null) {
            throw failure;
        }
        return has;
    }

    /** What is wrong with a header, besides who sent it. */
    synchronized Optional<String> refusal(RangeHeader range) {
        return range.version() < version
                ? Optional.of("this worker is at version " + version)
                : Optional.empty();
    }

    /** Takes a range that is expected; false if it is not yet. */
    synchronized boolean arrived(int from, RangeHeader range, ByteBuffer received) {
        Expected unit = expected.get(range.unit());
        if (unit == null || range.version() != version || unit.elementsLeft[from] == 0) {
            return false;
        }
        int at = Math.toIntExact(range.offsetElements() * Float.BYTES);
        unit.values.put(at, received, 0, received.remaining());
        unit.elementsLeft[from] -= range.elements();
        if (unit.isComplete()) {
            expected.remove(range.unit());
            notifyAll();
        }
        return true;
    }

    synchronized void fail(RuntimeException why) {
        failure = why;
        notifyAll();
    }
}
