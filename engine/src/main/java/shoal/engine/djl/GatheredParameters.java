package shoal.engine.djl;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import shoal.engine.ElementRange;
import shoal.engine.ParameterSource;
import shoal.model.ParameterTable;
import shoal.model.StateKind;

/**
 * The owned range of each unit, and the units in use (stage 3).
 *
 * <p>Units are gathered in the order planned, two at a time: the one that lanes are in, and the one
 * that they come to next. A unit goes when it has been used as often as planned. A lane that is
 * ahead waits for the unit after next until the others have left the one behind, and lanes take
 * first what is furthest behind, so they do.
 */
final class GatheredParameters implements UnitParameters {
    private static final int UNITS_OPEN = 2;

    private final Kernel kernel;
    private final ParameterTable table;
    private final GradientPool pool;
    private final List<ElementRange> ranges;
    private final KeptState owned;
    private ParameterSource source = ParameterSource.none();

    // Both guarded by this.
    private final Deque<Visit> planned = new ArrayDeque<>();
    private final List<Gathered> open = new ArrayList<>();

    /**
     * Nothing is gathered.
     *
     * @param ranges what is owned of each unit
     * @param owned keeps its parameters
     * @param pool lends buffers for units that are gathered
     */
    GatheredParameters(
            Kernel kernel,
            ParameterTable table,
            List<ElementRange> ranges,
            KeptState owned,
            GradientPool pool) {
        this.kernel = kernel;
        this.table = table;
        this.ranges = List.copyOf(ranges);
        this.owned = owned;
        this.pool = pool;
    }

    @Override
    public void join(ParameterSource from) {
        source = from;
    }

    @Override
    public synchronized void plan(List<Visit> visits) {
        planned.addAll(visits);
        openNext();
    }

    @Override
    public UnitBuffer acquire(int unit) {
        UnitBuffer buffer = awaitOpen(unit).buffer;
        source.await(unit);
        return buffer;
    }

    @Override
    public synchronized void release(int unit) {
        Gathered entry = find(unit).orElseThrow();
        entry.usesLeft--;
        if (entry.usesLeft == 0) {
            open.remove(entry);
            entry.free();
            openNext();
            notifyAll();
        }
    }

    @Override
    public KeptState.Window open(UpdateRange range) {
        return owned.open(range);
    }

    @Override
    public void changed(UpdateRange range) {
        owned.changed(range);
    }

    @Override
    public void updated() {}

    @Override
    public void write(int unit, long offsetElements, ByteBuffer values) {
        owned.write(StateKind.PARAMETER, unit, offsetElements, values);
    }

    @Override
    public void read(int unit, long offsetElements, ByteBuffer values) {
        owned.read(StateKind.PARAMETER, unit, offsetElements, values);
    }

    @Override
    public synchronized void close() {
        open.forEach(Gathered::free);
        owned.close();
    }

    private synchronized Gathered awaitOpen(int unit) {
        try {
            Optional<Gathered> entry = find(unit);
            while (entry.isEmpty()) {
                wait();
                entry = find(unit);
            }
            return entry.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("a lane was interrupted", e);
        }
    }

    private Optional<Gathered> find(int unit) {
        return open.stream().filter(entry -> entry.unit == unit).findFirst();
    }

    private void openNext() {
        while (open.size() < UNITS_OPEN && !planned.isEmpty()) {
            Visit visit = planned.remove();
            Gathered entry = new Gathered(visit.unit(), visit.uses());
            entry.fill();
            open.add(entry);
        }
    }

    /** A unit in use. */
    private final class Gathered {
        private final int unit;
        private final UnitBuffer buffer;
        private int usesLeft;

        Gathered(int unit, int uses) {
            this.unit = unit;
            this.usesLeft = uses;
            this.buffer =
                    isLayer()
                            ? pool.take(table.units().get(unit))
                            : UnitBuffer.zeros(kernel, table.units().get(unit));
        }

        void fill() {
            ElementRange own = ranges.get(unit);
            int from = Math.toIntExact(own.from() * Float.BYTES);
            int size = Math.toIntExact(own.size() * Float.BYTES);
            owned.read(
                    StateKind.PARAMETER, unit, own.from(), buffer.flat().bytes().slice(from, size));
            source.expect(unit, buffer.flat().bytes());
        }

        /** Layers share buffers; the embeddings' is too large to keep. */
        void free() {
            if (isLayer()) {
                pool.giveBack(table.units().get(unit), buffer);
            } else {
                buffer.close();
            }
        }

        private boolean isLayer() {
            return unit > 0 && unit < table.units().size() - 1;
        }
    }
}
