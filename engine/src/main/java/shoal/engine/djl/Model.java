package shoal.engine.djl;

import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;

/** Parameters and both moments of all units. */
final class Model implements AutoCloseable {
    private final GptConfig config;
    private final ParameterTable table;
    private final List<UnitBuffer> parameters = new ArrayList<>();
    private final List<NativeBuffer> firstMoments = new ArrayList<>();
    private final List<NativeBuffer> secondMoments = new ArrayList<>();

    Model(Kernel kernel, GptConfig config) {
        this(kernel, config, true);
    }

    private Model(Kernel kernel, GptConfig config, boolean moments) {
        this.config = config;
        this.table = ParameterTable.of(config);
        for (Unit unit : table.units()) {
            parameters.add(UnitBuffer.zeros(kernel, unit));
            if (moments) {
                firstMoments.add(NativeBuffer.zeros(kernel, unit.sizeElements()));
                secondMoments.add(NativeBuffer.zeros(kernel, unit.sizeElements()));
            }
        }
    }

    /** A model that is never trained: it must not be asked for moments. */
    static Model withoutMoments(Kernel kernel, GptConfig config) {
        return new Model(kernel, config, false);
    }

    GptConfig config() {
        return config;
    }

    ParameterTable table() {
        return table;
    }

    UnitBuffer parameters(int unit) {
        return parameters.get(unit);
    }

    NativeBuffer firstMoment(int unit) {
        return firstMoments.get(unit);
    }

    NativeBuffer secondMoment(int unit) {
        return secondMoments.get(unit);
    }

    NativeBuffer state(StateKind kind, int unit) {
        return switch (kind) {
            case PARAMETER -> parameters(unit).flat();
            case EXP_AVG -> firstMoment(unit);
            case EXP_AVG_SQ -> secondMoment(unit);
        };
    }

    /** Tensors of the embeddings. */
    IValue embedWeights() {
        return parameters.get(0).list();
    }

    /** Tensors of a layer. */
    IValue layerWeights(int layer) {
        return parameters.get(unitOfLayer(layer)).list();
    }

    /** Tensors of the head. */
    IValue headWeights() {
        return parameters.get(headUnit()).list();
    }

    static int unitOfLayer(int layer) {
        return layer + 1;
    }

    int headUnit() {
        return config.layers() + 1;
    }

    @Override
    public void close() {
        parameters.forEach(UnitBuffer::close);
        firstMoments.forEach(NativeBuffer::close);
        secondMoments.forEach(NativeBuffer::close);
    }
}
