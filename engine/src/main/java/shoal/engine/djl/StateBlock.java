package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import shoal.recipe.Limits;
import shoal.recipe.OptimizerRecipe;

/** At most a block's state in arrays, over which loops are fast. One lane. */
final class StateBlock {
    static final int ELEMENTS = Limits.BLOCK_ELEMENTS;

    final float[] parameters = new float[ELEMENTS];
    final float[] gradients = new float[ELEMENTS];
    final float[] firsts = new float[ELEMENTS];
    final float[] seconds = new float[ELEMENTS];
    private final FloatBuffer parameter;
    private final FloatBuffer gradient;
    private final FloatBuffer first;
    private final FloatBuffer second;
    private final long parametersStart;
    private final long gradientsStart;
    private final long momentsStart;

    /**
     * Opens the state of a range.
     *
     * @param gradient of what is updated here of the range's unit
     */
    StateBlock(Model model, PtNDArray gradient, UpdateRange range) {
        KeptState.Window held = model.parameters().open(range);
        KeptState.Window moments = model.moments().open(range);
        this.parameter = floats(held.first());
        this.gradient = floats(gradient);
        this.first = floats(moments.first());
        this.second = floats(moments.second());
        this.parametersStart = range.from() - held.offset();
        this.gradientsStart = model.updated(range.unit()).from();
        this.momentsStart = range.from() - moments.offset();
    }

    /** Fills the first elements of the arrays with what begins at an element of the unit. */
    void load(long at, int count) {
        parameter.get(Math.toIntExact(at - parametersStart), parameters, 0, count);
        gradient.get(Math.toIntExact(at - gradientsStart), gradients, 0, count);
        first.get(Math.toIntExact(at - momentsStart), firsts, 0, count);
        second.get(Math.toIntExact(at - momentsStart), seconds, 0, count);
    }

    /**
     * New moments as 1-bit optimizers make them of a gradient, every operation one fp32 rounding: m
     * = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g g.
     */
    void turn(OptimizerRecipe recipe, int count, double clip) {
        float factor = (float) clip;
        float beta1 = (float) recipe.beta1();
        float beta2 = (float) recipe.beta2();
        float rest1 = (float) (1 - recipe.beta1());
        float rest2 = (float) (1 - recipe.beta2());
        for (int i = 0; i < count; i++) {
            float g = gradients[i] * factor;
            firsts[i] = beta1 * firsts[i] + rest1 * g;
            seconds[i] = beta2 * seconds[i] + rest2 * g * g;
        }
    }

    /** What came is the first moment already. */
    void takeMomentum(int count) {
        System.arraycopy(gradients, 0, firsts, 0, count);
    }

    /** Moves the parameters of a tensor against their directions. */
    void move(TensorPart part, float[] directions, float step) {
        for (int i = part.from(); i < part.to(); i++) {
            parameters[i] = parameters[i] - step * directions[i];
        }
    }

    /** Writes parameters and moments back to where they came from. */
    void store(long at, int count) {
        parameter.put(Math.toIntExact(at - parametersStart), parameters, 0, count);
        first.put(Math.toIntExact(at - momentsStart), firsts, 0, count);
        second.put(Math.toIntExact(at - momentsStart), seconds, 0, count);
    }

    private static FloatBuffer floats(PtNDArray tensor) {
        return tensor.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
