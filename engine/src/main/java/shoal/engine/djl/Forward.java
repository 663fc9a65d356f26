package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One slice on its way up through the units, and what its backward will need.
 *
 * <p>Owns a scope of tensors; {@link #close} frees what is left. One lane at a time.
 */
final class Forward implements AutoCloseable {
    private final Kernel kernel;
    private final Model model;
    private final PackedRows rows;
    private final PtNDManager scope;
    private final PtNDArray[][] saved;

    /** Whether only a layer's input is kept, and the rest computed again when backward needs it. */
    private final boolean inputsOnly;

    private @Nullable PtNDArray output;

    Forward(Kernel kernel, Model model, PackedRows rows) {
        this(kernel, model, rows, false);
    }

    /**
     * A slice that is not embedded.
     *
     * @param inputsOnly keeps less: the last layer's, and the inputs of all others
     */
    Forward(Kernel kernel, Model model, PackedRows rows, boolean inputsOnly) {
        this.kernel = kernel;
        this.model = model;
        this.rows = rows;
        this.scope = kernel.scope();
        this.inputsOnly = inputsOnly;
        this.saved = new PtNDArray[model.config().layers()][];
    }

    PtNDManager scope() {
        return scope;
    }

    void embed(DropoutMask mask) {
        output = model.with(0, weights -> kernel.embed(scope, rows, weights, mask));
    }

    void layer(int layer, DropoutMask mask) {
        PtNDArray x = output();
        PtNDArray[] results =
                model.with(Model.unitOfLayer(layer), weights -> layer(layer, x, weights, mask));
        output = results[0];
        PtNDArray[] kept = Arrays.copyOfRange(results, 1, results.length);
        if (isRecomputed(layer)) {
            closeAll(kept);
            saved[layer] = new PtNDArray[] {x};
        } else {
            x.close(); // what backward needs of it is among the results
            saved[layer] = kept;
        }
    }

    /**
     * What a layer's backward needs, computed again if it was not kept: the same bits, since all
     * inputs are the same.
     */
    PtNDArray[] saved(int layer, IValue weights, DropoutMask mask) {
        if (isRecomputed(layer)) {
            PtNDArray x = saved[layer][0];
            PtNDArray[] results = layer(layer, x, weights, mask);
            closeAll(results[0], x);
            saved[layer] = Arrays.copyOfRange(results, 1, results.length);
        }
        return saved[layer];
    }

    private PtNDArray[] layer(int layer, PtNDArray x, IValue weights, DropoutMask mask) {
        return isLast(layer)
                ? kernel.lastLayer(scope, x, rows, weights, mask)
                : kernel.layer(scope, x, rows, layer, weights, mask);
    }

    /** The last layer's backward follows at once, and keeps little. */
    private boolean isRecomputed(int layer) {
        return inputsOnly && !isLast(layer);
    }

    private boolean isLast(int layer) {
        return layer == model.config().layers() - 1;
    }

    /** Losses of the rows, logits, then what the head's backward needs. */
    PtNDArray[] head() {
        PtNDArray x = output();
        PtNDArray[] results =
                model.with(model.headUnit(), weights -> kernel.head(scope, x, rows, weights));
        x.close();
        output = null;
        return results;
    }

    /** Frees what a layer's backward needed. */
    void forget(int layer) {
        closeAll(saved[layer]);
        saved[layer] = new PtNDArray[0];
    }

    static void closeAll(PtNDArray... arrays) {
        for (PtNDArray array : arrays) {
            array.close();
        }
    }

    @Override
    public void close() {
        scope.close();
    }

    private PtNDArray output() {
        if (output == null) {
            throw new IllegalStateException("the slice is not embedded");
        }
        return output;
    }
}
