package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.ArrayList;
import java.util.List;

/**
 * One call of a function of {@code kernel.py}: arguments in the function's order, then the call.
 *
 * <p>Argument handles are freed by the call, except shared lists, which belong to whoever made
 * them.
 */
final class KernelCall {
    private final PtSymbolBlock module;
    private final String function;
    private final List<IValue> arguments = new ArrayList<>();
    private final List<IValue> owned = new ArrayList<>();

    KernelCall(PtSymbolBlock module, String function) {
        NativeThread.require();
        this.module = module;
        this.function = function;
    }

    KernelCall tensor(PtNDArray value) {
        return own(IValue.from(value));
    }

    KernelCall tensors(PtNDArray... values) {
        return own(IValue.listFrom(values));
    }

    /** A list that outlives the call. */
    KernelCall shared(IValue list) {
        arguments.add(list);
        return this;
    }

    KernelCall number(long value) {
        return own(IValue.from(value));
    }

    KernelCall numbers(long... values) {
        return own(IValue.listFrom(values));
    }

    KernelCall real(double value) {
        return own(IValue.from(value));
    }

    KernelCall reals(double... values) {
        return own(IValue.listFrom(values));
    }

    KernelCall flag(boolean value) {
        return own(IValue.from(value));
    }

    KernelCall flags(boolean... values) {
        return own(IValue.listFrom(values));
    }

    /** Calls a function that returns one tensor, which {@code owner} keeps. */
    PtNDArray tensor(PtNDManager owner) {
        try (IValue result = run()) {
            return result.toTensor(owner);
        }
    }

    /** Calls a function that returns tensors, which {@code owner} keeps. */
    PtNDArray[] tensors(PtNDManager owner) {
        try (IValue result = run()) {
            return result.toTensorArray(owner);
        }
    }

    /** Calls a function for what it does to its arguments. */
    void discard() {
        run().close();
    }

    private KernelCall own(IValue value) {
        arguments.add(value);
        owned.add(value);
        return this;
    }

    private IValue run() {
        try {
            return IValueUtils.runMethod(module, function, arguments.toArray(new IValue[0]));
        } finally {
            owned.forEach(IValue::close);
        }
    }
}
