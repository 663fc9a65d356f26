package shoal.engine.djl;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import shoal.engine.Leaf;
import shoal.engine.RowInput;
import shoal.engine.TrainingEngine;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.plan.step.Deal;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ZeroRecipe;

/** Configurations, recipes, rows and parameters that several tests need. */
final class Fixtures {
    static final OptimizerRecipe ADAMW = new OptimizerRecipe(1e-3, 0.9, 0.999, 1e-8, 0.01, 1);

    private Fixtures() {}

    /** Golden data of the project, where it is checked out beside it; else the test is skipped. */
    static Path shared(String name) {
        String root = System.getProperty("shoal.root");
        assumeTrue(root != null, "shoal.root is not set");
        Path path = Path.of(root).resolve("../shared").resolve(name).normalize();
        assumeTrue(Files.exists(path), "skipped: no " + name + " beside the project");
        return path;
    }

    /** 2 layers x 16 wide, 50 ids, 3 classes. */
    static GptConfig tiny(double dropout) {
        return new GptConfig(50, 32, 16, 2, 2, 24, 3, 0, 1e-5, 0.02, dropout, dropout, dropout);
    }

    static Recipe recipe(int slices, double smoothing, OptimizerRecipe optimizer) {
        return recipe(slices, smoothing, optimizer, ZeroRecipe.none());
    }

    static Recipe recipe(int slices, double smoothing, OptimizerRecipe optimizer, ZeroRecipe zero) {
        return new Recipe(
                new BatchRecipe(1, 16, 32, 1, slices, false),
                new LengthRecipe(1, -1),
                new OrderRecipe(OrderRecipe.Sampling.SEQUENTIAL, 42, 42),
                optimizer,
                new ScheduleRecipe.Constant(new ScheduleRecipe.WarmupLength(0, 0)),
                smoothing,
                Cadence.never(),
                Cadence.never(),
                Cadence.never(),
                zero,
                32,
                0,
                "output",
                List.of());
    }

    /** Normal random parameters, LayerNorm gains around 1. */
    static void randomParameters(TrainingEngine engine, long seed) {
        writeAll(engine, randomTensors(engine.table(), seed));
    }

    /** Normal random values for every parameter, LayerNorm gains around 1, by HF name. */
    static Map<String, float[]> randomTensors(ParameterTable table, long seed) {
        Random random = new Random(seed);
        Map<String, float[]> tensors = new LinkedHashMap<>();
        for (Parameter parameter : table.parameters()) {
            float[] values = new float[(int) parameter.sizeElements()];
            boolean gain = parameter.name().matches(".*ln_.\\.weight");
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.2 * random.nextGaussian() + (gain ? 1 : 0));
            }
            tensors.put(parameter.name(), values);
        }
        return tensors;
    }

    static void write(TrainingEngine engine, Parameter parameter, float[] values) {
        engine.write(
                StateKind.PARAMETER, parameter.unit(), parameter.offsetElements(), bytes(values));
    }

    /** Sets all parameters; all must be there. */
    static void writeAll(TrainingEngine engine, Map<String, float[]> tensors) {
        for (Parameter parameter : engine.table().parameters()) {
            write(engine, parameter, requireNonNull(tensors.get(parameter.name())));
        }
    }

    static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    static float[] parameterUnit(TrainingEngine engine, Unit unit) {
        ByteBuffer bytes =
                ByteBuffer.allocate((int) unit.sizeElements() * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        engine.read(StateKind.PARAMETER, unit.index(), 0, bytes);
        float[] values = new float[(int) unit.sizeElements()];
        bytes.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /** The held gradient by HF name. */
    static Map<String, float[]> gradients(DjlEngine engine) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        ParameterTable table = engine.table();
        for (Parameter parameter : table.parameters()) {
            FloatBuffer unit = engine.parts().held().gradient(parameter.unit()).flat().floats();
            float[] values = new float[(int) parameter.sizeElements()];
            unit.get((int) parameter.offsetElements(), values);
            gradients.put(parameter.name(), values);
        }
        return gradients;
    }

    /** Rows of random ids and lengths, equal weights that add up to 1. */
    static List<RowInput> rows(int count, GptConfig config, long seed) {
        Random random = new Random(seed);
        List<RowInput> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            int length = 1 + random.nextInt(config.positions());
            int[] ids =
                    IntStream.range(0, length)
                            .map(i -> 1 + random.nextInt(config.vocabulary() - 1))
                            .toArray();
            rows.add(new RowInput(row, ids, random.nextInt(config.labels()), 1.0 / count));
        }
        return rows;
    }

    /** The slices of one micro-batch, as the plan deals them. */
    static List<Leaf> leaves(int rank, int round, List<RowInput> rows, int slices) {
        int[] tokens = rows.stream().mapToInt(row -> row.ids().length).toArray();
        List<int[]> dealt = Deal.slices(tokens, slices);
        List<Leaf> leaves = new ArrayList<>();
        for (int slice = 0; slice < dealt.size(); slice++) {
            if (dealt.get(slice).length > 0) {
                List<RowInput> own = IntStream.of(dealt.get(slice)).mapToObj(rows::get).toList();
                leaves.add(new Leaf(rank, round, slice, own));
            }
        }
        return leaves;
    }
}
