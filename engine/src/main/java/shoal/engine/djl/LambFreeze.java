package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import shoal.engine.ElementRange;
import shoal.engine.Update;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.plan.step.ExactSum;
import shoal.recipe.UpdateRule;

/**
 * What OneBitLamb keeps besides moments (deepspeed 0.19.6 runtime/fp16/onebit/lamb.py): three
 * numbers of each tensor, and of the blocks that are owned the second moment as if it were not
 * frozen.
 *
 * <p>Numbers change once a step, in {@link #committed}, and are read from any lane in between.
 */
final class LambFreeze implements StateKeeper, AutoCloseable {
    private final ParameterTable table;
    private final UpdateRule.OneBitLamb rule;
    private final List<RangeBuffer> fresh;

    /** lamb_coeff_freeze: the mean trust ratio up to the freeze. */
    private final float[] ratios;

    /** last_factor: what that was multiplied by in the last step. */
    private final float[] factors;

    /** scaling_coeff: what momentum is multiplied by to be packed. */
    private final float[] scales;

    /** Squared norms of momentum at the freeze. */
    private final List<ExactSum> squares; // guarded by this

    /** Nothing is frozen yet. On a lane. */
    LambFreeze(Kernel kernel, Model model, UpdateRule.OneBitLamb rule) {
        this.table = model.table();
        this.rule = requireNonNull(rule, "rule");
        this.fresh =
                model.holding().owned().stream()
                        .map(range -> RangeBuffer.zeros(kernel, range))
                        .toList();
        int tensors = table.parameters().size();
        this.ratios = new float[tensors];
        this.factors = ones(tensors);
        this.scales = ones(tensors);
        this.squares = Stream.generate(ExactSum::new).limit(tensors).toList();
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Whether the fresh second moment of a block is kept here. */
    boolean owns(int unit, long element) {
        ElementRange range = fresh.get(unit).range();
        return range.from() <= element && element < range.to();
    }

    /** Reads the fresh second moment of an owned block. */
    void load(int unit, long element, float[] block) {
        floats(unit).get(index(unit, element), block);
    }

    /** Writes the fresh second moment of an owned block. */
    void store(int unit, long element, float[] block) {
        floats(unit).put(index(unit, element), block);
    }

    private FloatBuffer floats(int unit) {
        return OneBitBuffers.floats(fresh.get(unit));
    }

    private int index(int unit, long element) {
        return Math.toIntExact(element - fresh.get(unit).range().from());
    }

    /** What a tensor's direction is multiplied by, besides the rate. */
    double coefficient(int tensor, Update update) {
        float committed = update.ratios().get(tensor);
        return rule.compresses(update.step())
                ? (double) ratios[tensor] * factor(tensor, committed)
                : committed;
    }

    /** A committed factor, no further from the last one than the rule allows. */
    private float factor(int tensor, float committed) {
        double most = factors[tensor] * (1 + rule.factors().threshold());
        double least = factors[tensor] * (1 - rule.factors().threshold());
        return (float) Math.max(least, Math.min(most, committed));
    }

    /** Takes the squared norm of a part of a tensor's momentum at the freeze. */
    synchronized void momentum(int tensor, double squared) {
        if (Double.isFinite(squared)) { // else the step before it was refused
            squares.get(tensor).add(squared);
        }
    }

    /** A step counts, and all of its ranges are updated. */
    void committed(Update update) {
        for (int tensor = 0; tensor < ratios.length; tensor++) {
            float committed = update.ratios().get(tensor);
            if (rule.compresses(update.step())) {
                factors[tensor] = factor(tensor, committed);
            } else if (committed != 1) {
                double rest = 1 - rule.ratioBeta();
                ratios[tensor] = (float) (rule.ratioBeta() * ratios[tensor] + rest * committed);
            }
        }
        if (update.step() == rule.freezeStep()) {
            freeze();
        }
    }

    /** Momentum of all tensors is to be of one size when it is packed. */
    private synchronized void freeze() {
        double[] sizes = new double[scales.length];
        for (int tensor = 0; tensor < sizes.length; tensor++) {
            long elements = table.parameters().get(tensor).sizeElements();
            double norm = StrictMath.sqrt(squares.get(tensor).value());
            sizes[tensor] = norm / StrictMath.sqrt((double) elements);
        }
        double sum = 0;
        for (double size : sizes) {
            sum += size;
        }
        for (int tensor = 0; tensor < sizes.length; tensor++) {
            double scale = sum / sizes.length / sizes[tensor];
            scales[tensor] = sizes[tensor] == 0 ? 1 : (float) scale;
        }
    }

    /** What each element of a block is multiplied by to be packed; 1 where it is padding. */
    void scales(int unit, long blockStart, float[] block) {
        Arrays.fill(block, 1);
        for (TensorPart part : TensorPart.of(table, unit, blockStart)) {
            Arrays.fill(block, part.from(), part.to(), scales[part.tensor()]);
        }
    }

    @Override
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        if (kind.isNumber()) {
            numbers(kind)[tensor(unit, offsetElements)] = values.getFloat();
        } else {
            fresh.get(unit).write(offsetElements, values);
        }
    }

    @Override
    public void read(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        if (kind.isNumber()) {
            values.putFloat(numbers(kind)[tensor(unit, offsetElements)]);
        } else {
            fresh.get(unit).read(offsetElements, values);
        }
    }

    private float[] numbers(StateKind kind) {
        return switch (kind.type()) {
            case LAMB_COEFF_FREEZE -> ratios;
            case LAST_FACTOR -> factors;
            case SCALING_COEFF -> scales;
            case PARAMETER, EXP_AVG, EXP_AVG_SQ, SERVER_ERROR, WORKER_ERROR, EXP_AVG_SQ_FRESH ->
                    throw new IllegalArgumentException(kind + " is no number");
        };
    }

    private int tensor(int unit, long offsetElements) {
        List<Parameter> parameters = table.parameters();
        for (int tensor = 0; tensor < parameters.size(); tensor++) {
            Parameter parameter = parameters.get(tensor);
            if (parameter.unit() == unit && parameter.offsetElements() == offsetElements) {
                return tensor;
            }
        }
        throw new IllegalArgumentException(
                "no tensor begins at element " + offsetElements + " of unit " + unit);
    }

    @Override
    public void close() {
        fresh.forEach(RangeBuffer::close);
    }
}
