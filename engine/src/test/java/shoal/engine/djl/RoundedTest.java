package shoal.engine.djl;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.engine.GradientReport;
import shoal.engine.Holding;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.recipe.LossScaling;
import shoal.recipe.PrecisionRecipe;
import shoal.recipe.PrecisionRecipe.Arithmetic;
import shoal.recipe.Recipe;
import shoal.recipe.ZeroRecipe;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What bf16 and fp16 round, beside HF's GPT-2 in the same types
 * (testkit/scripts/make_precision_golden.py).
 *
 * <p>A curve of losses cannot tell right roundings from none. So the operators of a layer are held
 * element by element, and a gradient to the distance that HF's has from fp32's.
 */
final class RoundedTest {
    private static final List<Arithmetic> ROUNDED =
            List.of(Arithmetic.BF16, Arithmetic.FP16, Arithmetic.PURE_BF16, Arithmetic.PURE_FP16);

    /** Sums in another order round otherwise where they lie between two values: very few do. */
    private static final double NEARLY_ALL = 0.998;

    @ParameterizedTest
    @EnumSource(names = {"BF16", "FP16"})
    void what_a_layer_writes_is_rounded_where_hf_s_is(Arithmetic arithmetic) throws IOException {
        GoldenCase golden = GoldenCase.own();
        Map<String, float[]> peer = TensorFile.read(GoldenCase.resource("precision.safetensors"));
        String type = arithmetic == Arithmetic.BF16 ? "bf16 " : "fp16 ";
        RowInput row = golden.rows().get(0);
        Written own = Written.of(golden, arithmetic, row);
        Rounding low = new Rounding(arithmetic);

        assertThat(equal(own.x(), tensor(peer, type + "embedding"))).isEqualTo(1);
        assertThat(equal(own.norm(), low.all(tensor(peer, type + "norm")))).isEqualTo(1);
        assertThat(equal(own.qkv(), tensor(peer, type + "product"))).isGreaterThan(NEARLY_ALL);
        // torch rounds exponentials and divides later: other roundings, as far from what is exact.
        float[] exact = Written.exactAttention(own.qkv(), golden.config());
        assertThat(Distance.relative(own.attention(), exact))
                .isLessThan(1.25 * Distance.relative(tensor(peer, type + "attention"), exact));
        assertThat(equal(own.attention(), low.all(own.attention()))).isEqualTo(1);

        Map<String, float[]> weights = golden.weights();
        float[] branch = low.product(own.attention(), weights, "transformer.h.0.attn.c_proj");
        assertThat(equal(own.second(), sum(own.x(), branch))).isGreaterThan(NEARLY_ALL);
        assertThat(
                        equal(
                                own.wide(),
                                low.product(own.secondNorm(), weights, "transformer.h.0.mlp.c_fc")))
                .isGreaterThan(NEARLY_ALL);
        assertThat(equal(own.gelu(), low.all(gelu(own.wide())))).isGreaterThan(NEARLY_ALL);
        float[] last = low.product(own.gelu(), weights, "transformer.h.0.mlp.c_proj");
        assertThat(equal(own.y(), sum(own.second(), last))).isGreaterThan(NEARLY_ALL);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void a_gradient_is_as_far_from_fp32_s_as_hf_s(int slices) throws IOException {
        GoldenCase golden = GoldenCase.own();
        JsonNode peer = JsonMapper.shared().readTree(GoldenCase.resource("precision.json"));
        List<RowInput> rows = golden.rows();
        float[] exact = gradient(golden, Arithmetic.FP32, slices, 1);

        for (Arithmetic arithmetic : ROUNDED) {
            JsonNode wanted = peer.get(arithmetic.name().toLowerCase(Locale.ROOT));
            double scale = wanted.get("scale").asDouble();
            float[] gradient = gradient(golden, arithmetic, slices, scale);
            double distance = Distance.relative(gradient, exact);

            assertThat(distance / wanted.get("distance").asDouble())
                    .as("%s: distance from fp32 over HF's", arithmetic)
                    .isBetween(0.5, 1.5);
            try (DjlEngine engine = open(golden, arithmetic, slices)) {
                List<RowResult> results = engine.evaluate(rows);
                // HF's bf16 rounds a loss below 2 to a 128th at worst.
                assertThat(results.stream().mapToDouble(RowResult::loss).average().orElseThrow())
                        .isCloseTo(wanted.get("loss").asDouble(), within(1.0 / 128));
                for (int row = 0; row < rows.size(); row++) {
                    float logit = results.get(row).logits()[0];
                    assertThat(logit).isEqualTo(new Rounding(arithmetic).of(logit));
                    assertThat((double) logit)
                            .isCloseTo(
                                    wanted.get("logits").get(row).get(0).asDouble(), within(0.03));
                }
            }
        }
    }

    @Test
    void a_loss_scale_that_is_too_large_overflows_and_says_where() throws IOException {
        GoldenCase golden = GoldenCase.own();

        try (DjlEngine engine = open(golden, Arithmetic.FP16, 2)) {
            StepWork work = new StepWork(1, Fixtures.leaves(0, 0, golden.rows(), 2));
            GradientReport scaled = engine.forwardBackward(work.scaled(0x1p24));
            GradientReport again = engine.forwardBackward(work.scaled(0x1p12));

            assertThat(scaled.nonFinite()).isPresent();
            assertThat(scaled.squaredNorm()).isNaN();
            assertThat(scaled.loss()).isEqualTo(again.loss()).isFinite();
            assertThat(again.nonFinite()).isEmpty();
            assertThat(Math.sqrt(again.squaredNorm()) / 0x1p12)
                    .isCloseTo(length(gradient(golden, Arithmetic.FP32, 2, 1)), within(2e-2));
        }
    }

    @Test
    void a_scale_that_is_a_power_of_two_changes_no_bit_where_nothing_overflows()
            throws IOException {
        GoldenCase golden = GoldenCase.own();

        for (Arithmetic arithmetic : List.of(Arithmetic.FP32, Arithmetic.BF16)) {
            assertThat(gradient(golden, arithmetic, 2, 0x1p10))
                    .isEqualTo(gradient(golden, arithmetic, 2, 1));
        }
    }

    @Test
    void lanes_stages_and_recomputation_change_no_bit() throws IOException {
        GoldenCase golden = GoldenCase.own();

        for (Arithmetic arithmetic : ROUNDED) {
            List<float[]> all = new ArrayList<>();
            for (ZeroRecipe zero :
                    List.of(
                            ZeroRecipe.none(),
                            ZeroRecipe.none().recomputing(true),
                            new ZeroRecipe(2, ZeroRecipe.Offload.CPU, ZeroRecipe.Offload.DEVICE))) {
                all.add(trained(golden, arithmetic, zero, 1 + all.size()));
            }
            assertThat(all.get(1)).as("%s recomputed", arithmetic).isEqualTo(all.get(0));
            assertThat(all.get(2)).as("%s in stage 2", arithmetic).isEqualTo(all.get(0));
        }
    }

    /** Parameters of the first layer after two steps. */
    private static float[] trained(
            GoldenCase golden, Arithmetic arithmetic, ZeroRecipe zero, int lanes) {
        Recipe recipe =
                Fixtures.recipe(3, 0, Fixtures.ADAMW, zero).withPrecision(precision(arithmetic));
        try (DjlEngine engine = DjlEngine.open(golden.config(), recipe, lanes)) {
            Fixtures.writeAll(engine, golden.weights());
            for (int step = 1; step <= 2; step++) {
                StepWork work = new StepWork(step, Fixtures.leaves(0, 0, golden.rows(), 3));
                assertThat(engine.forwardBackward(work.scaled(64)).nonFinite()).isEmpty();
                engine.update(new Update(step, 1.0 / 64, 1e-2));
            }
            return Fixtures.parameterUnit(engine, engine.table().units().get(1));
        }
    }

    /** All gradients in one line, without loss scale; a key's bias is zero in all of them. */
    private static float[] gradient(
            GoldenCase golden, Arithmetic arithmetic, int slices, double scale) {
        try (DjlEngine engine = open(golden, arithmetic, slices)) {
            StepWork work = new StepWork(1, Fixtures.leaves(0, 0, golden.rows(), slices));
            engine.forwardBackward(work.scaled(scale));
            List<float[]> parts = List.copyOf(Fixtures.gradients(engine).values());
            float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
            int at = 0;
            for (float[] part : parts) {
                for (float value : part) {
                    all[at++] = (float) (value / scale);
                }
            }
            return all;
        }
    }

    private static DjlEngine open(GoldenCase golden, Arithmetic arithmetic, int slices) {
        Recipe recipe =
                Fixtures.recipe(slices, 0, Fixtures.ADAMW).withPrecision(precision(arithmetic));
        DjlEngine engine = DjlEngine.open(golden.config(), recipe, 1);
        Fixtures.writeAll(engine, golden.weights());
        return engine;
    }

    private static PrecisionRecipe precision(Arithmetic arithmetic) {
        return new PrecisionRecipe(
                arithmetic,
                LossScaling.none(),
                false,
                PrecisionRecipe.Type.FP32,
                PrecisionRecipe.Type.FP32);
    }

    private static double length(float[] tensor) {
        return Math.sqrt(Distance.squaredLength(tensor));
    }

    /** The share of elements that are the same to the last bit. */
    private static double equal(float[] one, float[] other) {
        assertThat(one).hasSameSizeAs(other);
        int same = 0;
        for (int i = 0; i < one.length; i++) {
            same += one[i] == other[i] ? 1 : 0;
        }
        return (double) same / one.length;
    }

    private static float[] sum(float[] one, float[] other) {
        return map(one.length, i -> one[i] + other[i]);
    }

    private static float[] gelu(float[] u) {
        return map(
                u.length,
                i -> {
                    double x = u[i];
                    double inner = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
                    return 0.5 * x * (1 + Math.tanh(inner));
                });
    }

    private static float[] map(int size, IntToDoubleFunction value) {
        float[] all = new float[size];
        for (int i = 0; i < size; i++) {
            all[i] = (float) value.applyAsDouble(i);
        }
        return all;
    }

    private static float[] tensor(Map<String, float[]> of, String name) {
        return requireNonNull(of.get(name), name);
    }

    /** To the nearest value of a type, ties to even. */
    private record Rounding(Arithmetic arithmetic) {
        float of(double value) {
            int kept = arithmetic.low() == PrecisionRecipe.Type.BF16 ? 8 : 11;
            // fp16's smallest exponent is -14; bf16's is fp32's, which nothing here comes near.
            int least = arithmetic.low() == PrecisionRecipe.Type.BF16 ? -126 : -14;
            int exponent = Math.max(least, Math.getExponent(value)) - kept + 1;
            return (float) Math.scalb(Math.rint(Math.scalb(value, -exponent)), exponent);
        }

        float[] all(float[] values) {
            return map(values.length, i -> of(values[i]));
        }

        /** x w + b of rounded factors, rounded once. */
        float[] product(float[] x, Map<String, float[]> weights, String name) {
            float[] w = all(tensor(weights, name + ".weight"));
            float[] b = all(tensor(weights, name + ".bias"));
            int inner = w.length / b.length;
            return map(
                    x.length / inner * b.length,
                    i -> {
                        double sum = b[i % b.length];
                        for (int k = 0; k < inner; k++) {
                            sum +=
                                    (double) x[i / b.length * inner + k]
                                            * w[k * b.length + i % b.length];
                        }
                        return of(sum);
                    });
        }
    }

    /** What the first layer keeps of one row. */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Written(
            float[] y,
            float[] second,
            float[] secondNorm,
            float[] wide,
            float[] gelu,
            float[] x,
            float[] norm,
            float[] qkv,
            float[] attention) {
        static Written of(GoldenCase golden, Arithmetic arithmetic, RowInput row) {
            try (Lanes lanes = new Lanes(1)) {
                return lanes.call(() -> onLane(golden, arithmetic, row));
            }
        }

        private static Written onLane(GoldenCase golden, Arithmetic arithmetic, RowInput row) {
            ParameterTable table = ParameterTable.of(golden.config());
            try (Kernel kernel = new Kernel(golden.config(), 0, arithmetic);
                    GradientPool pool = new GradientPool(kernel);
                    Model model =
                            new Model(kernel, golden.config(), Holding.everything(table), pool)) {
                for (Parameter parameter : table.parameters()) {
                    float[] values = tensor(golden.weights(), parameter.name());
                    model.write(
                            StateKind.PARAMETER,
                            parameter.unit(),
                            parameter.offsetElements(),
                            Fixtures.bytes(values));
                }
                PackedRows rows = PackedRows.of(List.of(row), golden.config());
                kernel.reserveTokens(rows.longest());
                DropoutMask none = new DropoutMask(kernel.zeros(1), false, false);
                PtNDArray x = model.with(0, w -> kernel.embed(kernel.root(), rows, w, none));
                PtNDArray[] s =
                        model.with(1, w -> kernel.layer(kernel.root(), x, rows, 0, w, none));
                return new Written(
                        s[0].toFloatArray(),
                        s[1].toFloatArray(),
                        s[2].toFloatArray(),
                        s[5].toFloatArray(),
                        s[6].toFloatArray(),
                        s[7].toFloatArray(),
                        s[8].toFloatArray(),
                        s[11].toFloatArray(),
                        s[12].toFloatArray());
            }
        }

        /** Causal attention of [T, 3, heads, D] in double. */
        static float[] exactAttention(float[] qkv, GptConfig config) {
            int hidden = config.hidden();
            int width = hidden / config.heads();
            int tokens = qkv.length / (3 * hidden);
            float[] out = new float[tokens * hidden];
            for (int head = 0; head < config.heads(); head++) {
                for (int query = 0; query < tokens; query++) {
                    double[] share = shares(qkv, hidden, query, head * width, width);
                    for (int d = 0; d < width; d++) {
                        double sum = 0;
                        for (int key = 0; key <= query; key++) {
                            sum +=
                                    share[key]
                                            * qkv[key * 3 * hidden + 2 * hidden + head * width + d];
                        }
                        out[query * hidden + head * width + d] = (float) sum;
                    }
                }
            }
            return out;
        }

        private static double[] shares(float[] qkv, int hidden, int query, int at, int width) {
            double[] share = new double[query + 1];
            double total = 0;
            for (int key = 0; key <= query; key++) {
                double score = 0;
                for (int d = 0; d < width; d++) {
                    score +=
                            (double) qkv[query * 3 * hidden + at + d]
                                    * qkv[key * 3 * hidden + hidden + at + d];
                }
                share[key] = Math.exp(score / Math.sqrt(width));
                total += share[key];
            }
            for (int key = 0; key <= query; key++) {
                share[key] /= total;
            }
            return share;
        }
    }
}
