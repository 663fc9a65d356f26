package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import shoal.engine.Holding;
import shoal.engine.OperatorHash;
import shoal.engine.RowInput;
import shoal.engine.Update;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/**
 * Which bits this machine's operators give: one slice through a small model, up, down and updated,
 * by the kernel that trains, with a hash wherever one operator has handed on to the next.
 *
 * <p>The hashes are in the order of computation. So where two machines differ, the first one that
 * differs names the operators: all they read was the same.
 *
 * <p>Widths are those at which libraries choose their code for wide processors, and lengths are odd
 * so that the ends of vectors count. On a lane.
 */
final class OperatorProbe implements AutoCloseable {
    /** 2 layers x 256 wide, 4 heads, 64 ids, 3 classes. */
    private static final GptConfig CONFIG =
            new GptConfig(64, 80, 256, 2, 4, 1_024, 3, 0, 1e-5, 0.02, 0.1, 0.1, 0.1);

    private static final int[] ROW_TOKENS = {7, 29, 61};
    private static final int STEP = 3;
    private static final long SEED = 42;
    private static final double CLIP = 0.8125;

    private final Kernel kernel = new Kernel(CONFIG, 0.1);
    private final ParameterTable table = ParameterTable.of(CONFIG);
    private final GradientPool pool = new GradientPool(kernel);
    private final Model model = new Model(kernel, CONFIG, Holding.everything(table), pool);
    private final LaneMasks masks = new LaneMasks(kernel, CONFIG, SEED);
    private final PackedRows rows = rows();
    private final PtNDManager scope = kernel.scope();
    private final List<OperatorHash> hashes = new ArrayList<>();
    private final List<UnitBuffer> gradients = new ArrayList<>();
    private @Nullable UnitBuffer layerGradient;

    /** Computes. Loads libtorch, if nobody did yet; takes some tenths of a second after that. */
    static List<OperatorHash> hashes() {
        try (OperatorProbe probe = new OperatorProbe()) {
            probe.fillParameters();
            probe.kernel.reserveTokens(probe.rows.longest());
            probe.upAndDown();
            probe.update("adamw", new UpdateRule.AdamW());
            probe.update("adam", new UpdateRule.Adam());
            return List.copyOf(probe.hashes);
        }
    }

    private void upAndDown() {
        DropoutMask mask = masks.embedding(STEP, rows);
        note("dropout mask", mask.values());
        PtNDArray x = model.with(0, w -> kernel.embed(scope, rows, w, mask));
        note("embedding", x);
        PtNDArray[] first = layer(x);
        PtNDArray[] last =
                model.with(2, w -> kernel.lastLayer(scope, first[0], rows, w, layerMask(1)));
        note("last layer", last);
        PtNDArray[] head = model.with(3, w -> kernel.head(scope, last[0], rows, w));
        note("head", head[4], head[1]);
        note("cross entropy", head[2], head[0]);

        UnitBuffer headGradient = gradient(3);
        PtNDArray d3 =
                model.with(
                        3, w -> kernel.headBackward(scope, head, rows, 1, w, headGradient.list()));
        note("head backward", headGradient.flat().tensor(), d3);
        UnitBuffer lastGradient = gradient(2);
        PtNDArray d2 =
                model.with(
                        2,
                        w ->
                                kernel.lastLayerBackward(
                                        scope,
                                        d3,
                                        saved(last),
                                        rows,
                                        new Kernel.UnitPair(
                                                1, w, lastGradient.list(), layerMask(1))));
        note("last layer backward", lastGradient.flat().tensor(), d2);
        PtNDArray d1 = layerBackward(d2, first);
        note("embedding backward", kernel.embedBackward(scope, d1, masks.embedding(STEP, rows)));
        PtNDArray sum = lastGradient.flat().tensor();
        kernel.add(sum, requireNonNull(layerGradient, "layerGradient").flat().tensor());
        note("sum", sum);
    }

    /** What kernel.py's layer returns, in the order in which it is computed. */
    private PtNDArray[] layer(PtNDArray x) {
        PtNDArray[] s = model.with(1, w -> kernel.layer(scope, x, rows, 0, w, layerMask(0)));
        note("layer norm", s[8], s[9], s[10]);
        note("product", s[11]);
        PtNDArray[] scores = new PtNDArray[rows.count()];
        System.arraycopy(s, 13, scores, 0, scores.length);
        note("attention's softmax", scores);
        note("attention", s[12]);
        note("product and residual", s[1]);
        note("second layer norm", s[2], s[3], s[4]);
        note("wide product", s[5]);
        note("gelu", s[6]);
        note("layer", s[0]);
        return s;
    }

    private PtNDArray layerBackward(PtNDArray dy, PtNDArray[] layer) {
        UnitBuffer gradient = gradient(1);
        PtNDArray dx =
                model.with(
                        1,
                        w ->
                                kernel.layerBackward(
                                        scope,
                                        dy,
                                        saved(layer),
                                        rows,
                                        new Kernel.UnitPair(0, w, gradient.list(), layerMask(0))));
        note("product backward", part(gradient, 3), part(gradient, 7));
        note("gelu backward", part(gradient, 2), part(gradient, 6));
        note("layer norm backward", part(gradient, 10), part(gradient, 11));
        note("second product backward", part(gradient, 1), part(gradient, 5));
        note("attention backward", part(gradient, 0), part(gradient, 4));
        note("layer backward", part(gradient, 8), part(gradient, 9), bytes(dx));
        layerGradient = gradient;
        return dx;
    }

    private void update(String operator, UpdateRule rule) {
        OptimizerRecipe recipe = new OptimizerRecipe(1e-3, 0.9, 0.999, 1e-8, 0.01, 1).with(rule);
        Optimizer optimizer = Optimizer.of(kernel, model, recipe);
        Unit unit = table.units().get(1);
        Update update = new Update(STEP, CLIP, recipe.learningRate());
        PtNDArray gradient = requireNonNull(layerGradient, "layerGradient").flat().tensor();
        for (UpdateRange range : optimizer.ranges(unit, Holding.whole(unit))) {
            optimizer.update(model, gradient, range, update);
        }
        UpdateRange whole = new UpdateRange(1, 0, unit.sizeElements());
        KeptState.Window moments = model.moments().open(whole);
        note(operator, model.parameters().open(whole).first(), moments.first(), moments.second());
    }

    private void fillParameters() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (Parameter parameter : table.parameters()) {
            boolean gain = parameter.name().contains("ln_") && parameter.name().endsWith(".weight");
            int size = Math.toIntExact(parameter.sizeElements());
            ByteBuffer values =
                    ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < size; i++) {
                values.putFloat((float) (0.2 * random.nextDouble() - 0.1 + (gain ? 1 : 0)));
            }
            model.write(
                    StateKind.PARAMETER,
                    parameter.unit(),
                    parameter.offsetElements(),
                    values.flip());
        }
    }

    private static PackedRows rows() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<RowInput> rows = new ArrayList<>();
        for (int tokens : ROW_TOKENS) {
            int[] ids = random.ints(tokens, 1, CONFIG.vocabulary()).toArray();
            rows.add(new RowInput(rows.size(), ids, rows.size(), 1.0 / ROW_TOKENS.length));
        }
        return PackedRows.of(rows, CONFIG);
    }

    private DropoutMask layerMask(int layer) {
        return masks.layer(STEP, rows, layer);
    }

    private UnitBuffer gradient(int unit) {
        UnitBuffer gradient = pool.take(table.units().get(unit));
        gradients.add(gradient);
        return gradient;
    }

    /** What backward reads: all that a layer returned but its output. */
    private static PtNDArray[] saved(PtNDArray[] results) {
        return Arrays.copyOfRange(results, 1, results.length);
    }

    /** A layer's gradient of one parameter, by its index in the unit. */
    private ByteBuffer part(UnitBuffer gradient, int index) {
        Parameter parameter = table.units().get(1).parameters().get(index);
        return gradient.flat()
                .bytes()
                .slice(
                        Math.toIntExact(parameter.offsetElements() * Float.BYTES),
                        Math.toIntExact(parameter.sizeElements() * Float.BYTES));
    }

    private static ByteBuffer bytes(PtNDArray tensor) {
        return tensor.toByteBuffer(true);
    }

    private void note(String operators, PtNDArray... results) {
        note(operators, Stream.of(results).map(OperatorProbe::bytes).toArray(ByteBuffer[]::new));
    }

    private void note(String operators, ByteBuffer... results) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (ByteBuffer result : results) {
                digest.update(result);
            }
            hashes.add(new OperatorHash(operators, HexFormat.of().formatHex(digest.digest())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() {
        scope.close();
        gradients.forEach(UnitBuffer::close);
        pool.close();
        model.close();
        kernel.close();
    }
}
