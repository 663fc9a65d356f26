package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
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
    private @Nullable PtNDArray output;

    Forward(Kernel kernel, Model model, PackedRows rows) {
        this.kernel = kernel;
        this.model = model;
        this.rows = rows;
        this.scope = kernel.scope();
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
                model.with(
                        Model.unitOfLayer(layer),
                        weights ->
                                layer == model.config().layers() - 1
                                        ? kernel.lastLayer(scope, x, rows, weights, mask)
                                        : kernel.layer(scope, x, rows, weights, mask));
        x.close(); // what backward needs of it is among the results
        output = results[0];
        saved[layer] = Arrays.copyOfRange(results, 1, results.length);
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

    /** What a layer's backward needs. */
    PtNDArray[] saved(int layer) {
        return saved[layer];
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
