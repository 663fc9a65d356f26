package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import shoal.model.Parameter;
import shoal.model.Unit;

/** A unit's flat buffer and its tensors in their shapes, which share its memory. */
final class UnitBuffer implements AutoCloseable {
    private final Kernel kernel;
    private final NativeBuffer flat;
    private final PtNDArray[] tensors;
    private final IValue list;

    private UnitBuffer(Kernel kernel, NativeBuffer flat, PtNDArray[] tensors, IValue list) {
        this.kernel = kernel;
        this.flat = flat;
        this.tensors = tensors;
        this.list = list;
    }

    /** Zeros, laid out as the unit. */
    static UnitBuffer zeros(Kernel kernel, Unit unit) {
        NativeBuffer flat = NativeBuffer.zeros(kernel, unit.sizeElements());
        List<Parameter> parameters = unit.parameters();
        PtNDArray[] tensors = new PtNDArray[parameters.size()];
        for (int i = 0; i < tensors.length; i++) {
            Parameter parameter = parameters.get(i);
            long[] shape = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
            tensors[i] = kernel.view(flat.tensor(), parameter.offsetElements(), shape);
        }
        kernel.countState(flat.elements());
        return new UnitBuffer(kernel, flat, tensors, IValue.listFrom(tensors));
    }

    NativeBuffer flat() {
        return flat;
    }

    /** The tensors as the kernel takes them, in the unit's order; shared by all calls. */
    IValue list() {
        return list;
    }

    @Override
    public void close() {
        kernel.countState(-flat.elements());
        list.close();
        for (PtNDArray tensor : tensors) {
            tensor.close();
        }
        flat.close();
    }
}
