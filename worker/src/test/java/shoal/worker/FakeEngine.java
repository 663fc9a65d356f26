package shoal.worker;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import shoal.engine.GradientReport;
import shoal.engine.Leaf;
import shoal.engine.Measurement;
import shoal.engine.PartReport;
import shoal.engine.RowInput;
import shoal.engine.RowLoss;
import shoal.engine.RowResult;
import shoal.engine.StepWork;
import shoal.engine.TrainingEngine;
import shoal.engine.Update;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.plan.step.TensorSquares;

/** An engine that holds parameters and computes next to nothing, and notes what it was given. */
public final class FakeEngine implements TrainingEngine {
    public final List<StepWork> steps = new ArrayList<>();
    public final List<Update> updates = new ArrayList<>();
    public final List<List<RowInput>> batches = new ArrayList<>();

    /** Calls of {@link #read}; may be asked from another thread. */
    public final AtomicInteger reads = new AtomicInteger();

    private final ParameterTable table;
    private final Map<StateKind, List<ByteBuffer>> state = new HashMap<>();
    private boolean closed;

    public FakeEngine(GptConfig config) {
        table = ParameterTable.of(config);
        for (StateKind kind : StateKind.common()) {
            state.put(kind, table.units().stream().map(FakeEngine::buffer).toList());
        }
    }

    private static ByteBuffer buffer(Unit unit) {
        return ByteBuffer.allocate(Math.toIntExact(unit.sizeElements() * Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A model of a few thousand elements. */
    public static GptConfig tinyConfig(int vocabulary) {
        return new GptConfig(vocabulary, 512, 8, 2, 2, 16, 2, 0, 1e-5, 0.02, 0, 0, 0);
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public ParameterTable table() {
        return table;
    }

    @Override
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        int at = Math.toIntExact(offsetElements * Float.BYTES);
        units(kind).get(unit).put(at, values, values.position(), values.remaining());
    }

    @Override
    public void read(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        reads.incrementAndGet();
        int at = Math.toIntExact(offsetElements * Float.BYTES);
        values.put(units(kind).get(unit).duplicate().position(at).limit(at + values.remaining()));
    }

    private List<ByteBuffer> units(StateKind kind) {
        return requireNonNull(state.get(kind));
    }

    @Override
    public GradientReport forwardBackward(StepWork work) {
        steps.add(work);
        List<RowLoss> losses = new ArrayList<>();
        int tokens = 0;
        for (Leaf leaf : work.leaves()) {
            for (RowInput row : leaf.rows()) {
                losses.add(new RowLoss(row.row(), row.weight(), row.label()));
                tokens += row.ids().length;
            }
        }
        return new GradientReport(new PartReport(losses, tokens), 4, Optional.empty());
    }

    @Override
    public Measurement measure(int step, double clip) {
        TensorSquares squares = TensorSquares.zeros(table.parameters().size());
        squares.add(0, 4 * step, clip);
        return new Measurement(squares, List.of(), Optional.empty());
    }

    @Override
    public void update(Update update) {
        updates.add(update);
    }

    @Override
    public List<RowResult> evaluate(List<RowInput> batch) {
        batches.add(batch);
        return batch.stream()
                .map(row -> new RowResult(row.row(), row.label(), new float[] {0, 1}))
                .toList();
    }

    @Override
    public void close() {
        closed = true;
    }
}
