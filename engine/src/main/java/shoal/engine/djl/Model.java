package shoal.engine.djl;

import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import shoal.engine.ElementRange;
import shoal.engine.Holding;
import shoal.engine.ParameterSource;
import shoal.engine.UnitOrder;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.StateKind;

/** Parameters and both moments of all units, as far as they are kept here. */
final class Model implements StateKeeper, AutoCloseable {
    private final GptConfig config;
    private final ParameterTable table;
    private final Holding holding;
    private final UnitParameters parameters;
    private final KeptState moments;

    /** Zeros, all of it in memory. */
    Model(Kernel kernel, GptConfig config, Holding holding, GradientPool pool) {
        this(kernel, config, StateFiles.none(ParameterTable.of(config), holding), pool);
    }

    /**
     * Zeros.
     *
     * @param files of what is not kept in memory
     * @param pool lends buffers for units that are gathered
     */
    Model(Kernel kernel, GptConfig config, StateFiles files, GradientPool pool) {
        this.config = config;
        this.table = files.table();
        this.holding = files.holding();
        this.parameters = files.keepParameters(kernel, pool);
        this.moments = files.keepMoments(kernel);
    }

    /** A model that is never trained: it must not be asked for moments. */
    static Model withoutMoments(Kernel kernel, GptConfig config) {
        Holding nothing = Holding.parametersOnly(ParameterTable.of(config));
        return new Model(kernel, config, nothing, new GradientPool(kernel));
    }

    GptConfig config() {
        return config;
    }

    ParameterTable table() {
        return table;
    }

    Holding holding() {
        return holding;
    }

    void join(ParameterSource source) {
        parameters.join(source);
    }

    /** So many slices are about to pass all units, up and down. */
    void planTraining(Lanes lanes, int slices) {
        int lastLayer = unitOfLayer(config.layers() - 1);
        plan(
                lanes,
                UnitOrder.training(table),
                // The last layer is still there on the way down; the head is used both ways.
                unit -> unit >= lastLayer ? 2 * slices : slices);
    }

    /** So many slices are about to pass all units, up. */
    void planEvaluation(Lanes lanes, int slices) {
        plan(lanes, UnitOrder.evaluation(table), unit -> slices);
    }

    private void plan(Lanes lanes, List<Integer> units, IntUnaryOperator uses) {
        List<UnitParameters.Visit> visits =
                units.stream()
                        .map(unit -> new UnitParameters.Visit(unit, uses.applyAsInt(unit)))
                        .toList();
        if (holding.stage() == 3) {
            lanes.run(() -> parameters.plan(visits));
        }
    }

    /** Calls {@code use} with a unit's tensors. On a lane, which may wait for them. */
    <T> T with(int unit, Function<IValue, T> use) {
        UnitBuffer buffer = parameters.acquire(unit);
        try {
            return use.apply(buffer.list());
        } finally {
            parameters.release(unit);
        }
    }

    /** The range of a unit that updates change; parameters and moments have it in common. */
    ElementRange updated(int unit) {
        return holding.updated(table.units().get(unit));
    }

    UnitParameters parameters() {
        return parameters;
    }

    KeptState moments() {
        return moments;
    }

    /** The calling lane's optimizer has changed parameters and moments of a range. */
    void changed(UpdateRange range) {
        parameters.changed(range);
        moments.changed(range);
    }

    @Override
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        requireInside(unit, offsetElements, values);
        if (kind.equals(StateKind.PARAMETER)) {
            parameters.write(unit, offsetElements, values);
        } else {
            moments.write(kind, unit, offsetElements, values); // refuses what is kept elsewhere
        }
    }

    @Override
    public void read(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        requireInside(unit, offsetElements, values);
        if (kind.equals(StateKind.PARAMETER)) {
            parameters.read(unit, offsetElements, values);
        } else {
            moments.read(kind, unit, offsetElements, values); // refuses what is kept elsewhere
        }
    }

    static int unitOfLayer(int layer) {
        return layer + 1;
    }

    int headUnit() {
        return config.layers() + 1;
    }

    @Override
    public void close() {
        parameters.close();
        moments.close();
    }

    private void requireInside(int unit, long offsetElements, ByteBuffer values) {
        long size = table.units().get(unit).sizeElements();
        long end = Math.addExact(offsetElements, values.remaining() / Float.BYTES);
        if (offsetElements < 0 || end > size || values.remaining() % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    "%d bytes at element %d are outside a buffer of %d elements"
                            .formatted(values.remaining(), offsetElements, size));
        }
    }
}
