package shoal.engine.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.DoubleStream;
import shoal.model.GptConfig;
import shoal.recipe.PrecisionRecipe.Arithmetic;

/**
 * The functions of {@code kernel.py}, one method each; shapes are explained there.
 *
 * <p>Called on lanes only. Results belong to the given manager; who closes it, frees them.
 */
final class Kernel implements AutoCloseable {
    private final GptConfig config;
    private final double smoothing;
    private final PtNDManager root;
    private final PtSymbolBlock module;

    /** Added to attention scores: 0 where a token may look, -infinity above the diagonal. */
    private PtNDArray causal;

    private long causalTokens;
    private final AtomicLong stateElements = new AtomicLong();

    /** A kernel in fp32. */
    Kernel(GptConfig config, double smoothing) {
        this(config, smoothing, Arithmetic.FP32);
    }

    /** Loads libtorch, if nobody did yet, and the kernel. Takes about two seconds. */
    Kernel(GptConfig config, double smoothing, Arithmetic arithmetic) {
        NativeThread.require();
        this.config = config;
        this.smoothing = smoothing;
        this.root = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        try {
            this.module =
                    JniUtils.loadModule(
                            root,
                            new ByteArrayInputStream(KernelArchive.bytes(arithmetic)),
                            true,
                            false);
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel cannot be loaded", e);
        }
        this.causal = zeros(1);
        this.causalTokens = 0;
    }

    /** The manager that holds everything. */
    PtNDManager root() {
        return root;
    }

    /** A manager for tensors of one slice. */
    PtNDManager scope() {
        NativeThread.require();
        return (PtNDManager) root.newSubManager();
    }

    /** A flat tensor of zeros that lives until it or the kernel is closed. */
    PtNDArray zeros(long elements) {
        NativeThread.require();
        return (PtNDArray) root.zeros(new Shape(elements), DataType.FLOAT32);
    }

    /** Elements of parameters, gradients and moments that are allocated now. */
    long stateElements() {
        return stateElements.get();
    }

    /** Notes that state was allocated, or freed. */
    void countState(long elements) {
        stateElements.addAndGet(elements);
    }

    /** Makes attention ready for rows of so many tokens; called before lanes start. */
    void reserveTokens(int tokens) {
        if (tokens <= causalTokens) {
            return;
        }
        causal.close();
        causalTokens = Math.min(config.positions(), Math.max(tokens, 2 * causalTokens));
        causal = call("causal_bias").number(causalTokens).tensor(root);
    }

    /** A part of a flat tensor in its shape; shares memory. */
    PtNDArray view(PtNDArray flat, long offset, long... shape) {
        return call("view").tensor(flat).number(offset).numbers(shape).tensor(root);
    }

    /** left += right. */
    void add(PtNDArray left, PtNDArray right) {
        call("add").tensor(left).tensor(right).discard();
    }

    PtNDArray embed(PtNDManager scope, PackedRows rows, IValue weights, DropoutMask mask) {
        return call("embed")
                .numbers(rows.ids())
                .numbers(rows.starts())
                .shared(weights)
                .tensor(mask.values())
                .flag(mask.residual())
                .tensor(scope);
    }

    PtNDArray embedBackward(PtNDManager scope, PtNDArray dx, DropoutMask mask) {
        return call("embed_backward")
                .tensor(dx)
                .tensor(mask.values())
                .flag(mask.residual())
                .tensor(scope);
    }

    /** The output first, then what backward needs. */
    PtNDArray[] layer(
            PtNDManager scope,
            PtNDArray x,
            PackedRows rows,
            int layer,
            IValue weights,
            DropoutMask mask) {
        return form(call("layer").tensor(x).shared(weights).numbers(rows.starts()), layer)
                .real(config.layerNormEpsilon())
                .tensor(causal)
                .tensor(mask.values())
                .flags(mask.attention(), mask.residual())
                .tensors(scope);
    }

    PtNDArray layerBackward(
            PtNDManager scope, PtNDArray dy, PtNDArray[] saved, PackedRows rows, UnitPair unit) {
        return backward(call("layer_backward"), dy, saved, rows, unit).tensor(scope);
    }

    /** The last token's output of each row first, then what backward needs. */
    PtNDArray[] lastLayer(
            PtNDManager scope, PtNDArray x, PackedRows rows, IValue weights, DropoutMask mask) {
        KernelCall call = call("last_layer").tensor(x).shared(weights).numbers(rows.starts());
        return form(call, config.layers() - 1)
                .real(config.layerNormEpsilon())
                .tensor(mask.values())
                .flags(mask.attention(), mask.residual())
                .tensors(scope);
    }

    PtNDArray lastLayerBackward(
            PtNDManager scope, PtNDArray dy, PtNDArray[] saved, PackedRows rows, UnitPair unit) {
        return backward(call("last_layer_backward"), dy, saved, rows, unit).tensor(scope);
    }

    /** What the backward of a layer reads, of whichever kind. */
    private KernelCall backward(
            KernelCall call, PtNDArray dy, PtNDArray[] saved, PackedRows rows, UnitPair unit) {
        call.tensor(dy)
                .tensors(saved)
                .shared(unit.weights())
                .shared(unit.gradient())
                .numbers(rows.starts());
        return form(call, unit.layer())
                .tensor(unit.mask().values())
                .flags(unit.mask().attention(), unit.mask().residual());
    }

    /** What a layer computes besides its parameters: heads, scale of attention, activation. */
    private KernelCall form(KernelCall call, int layer) {
        return call.number(config.heads())
                .reals(config.attentionScale().exponent(), config.attentionScale().divisor(layer))
                .number(config.activation().number());
    }

    /** Losses, logits, then what backward needs. */
    PtNDArray[] head(PtNDManager scope, PtNDArray x, PackedRows rows, IValue weights) {
        return call("head")
                .tensor(x)
                .numbers(rows.labels())
                .shared(weights)
                .real(config.layerNormEpsilon())
                .real(smoothing)
                .tensors(scope);
    }

    PtNDArray headBackward(
            PtNDManager scope,
            PtNDArray[] saved,
            PackedRows rows,
            double lossScale,
            IValue weights,
            IValue gradient) {
        double[] counts = DoubleStream.of(rows.weights()).map(w -> w * lossScale).toArray();
        return call("head_backward")
                .tensors(saved)
                .numbers(rows.labels())
                .reals(counts)
                .shared(weights)
                .shared(gradient)
                .real(smoothing)
                .tensor(scope);
    }

    /** A function of the page by its name. */
    KernelCall call(String function) {
        return new KernelCall(module, function);
    }

    @Override
    public void close() {
        NativeThread.require();
        module.close();
        root.close();
    }

    /** What a layer's backward reads and fills besides activations. */
    record UnitPair(int layer, IValue weights, IValue gradient, DropoutMask mask) {}
}
