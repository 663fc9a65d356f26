package shoal.engine.djl;

import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import shoal.engine.GradientReport;
import shoal.engine.RowInput;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.GptConfig;
import shoal.model.Unit;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.dataset.DataSet;
import shoal.model.dataset.TokenTable;
import shoal.recipe.BatchRecipe;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Recipe;

/**
 * Times steps on real rows, by hand: not a test.
 *
 * <pre>StepBench TOKENIZER_FOLDER ROWS.tsv small|base BATCH STEPS DROPOUT LANES</pre>
 *
 * <p>{@code -Dtrace=FILE} writes libtorch's trace of the last step (with one lane), for
 * chrome://tracing.
 */
final class StepBench {
    private static final int WARM_UP_STEPS = 2;

    private final DjlEngine engine;
    private final Recipe recipe;
    private final TokenTable rows;
    private final List<Double> times = new ArrayList<>();
    private final List<Double> cpus = new ArrayList<>();
    private long tokens;

    private StepBench(DjlEngine engine, Recipe recipe, TokenTable rows) {
        this.engine = engine;
        this.recipe = recipe;
        this.rows = rows;
    }

    public static void main(String[] arguments) throws IOException {
        int steps = Integer.parseInt(arguments[4]);
        GptConfig config = config(arguments[2], Double.parseDouble(arguments[5]));
        TokenTable rows = rows(Path.of(arguments[0]), Path.of(arguments[1]));
        Recipe recipe = recipe(Integer.parseInt(arguments[3]));
        long start = System.nanoTime();
        try (DjlEngine engine = DjlEngine.open(config, recipe, Integer.parseInt(arguments[6]))) {
            System.out.printf(Locale.ROOT, "open %.2f s%n", seconds(start));
            Fixtures.randomParameters(engine, 1);
            StepBench bench = new StepBench(engine, recipe, rows);
            for (int step = 1; step < steps; step++) {
                bench.step(step);
            }
            bench.lastStep(steps);
            System.out.println("parameters " + hash(engine));
            bench.report(String.join(" ", arguments));
        }
    }

    private void lastStep(int step) throws IOException {
        String trace = System.getProperty("trace");
        if (trace == null) {
            step(step);
            return;
        }
        engine.parts().lanes().run(() -> JniUtils.startProfile(false, false, false));
        step(step);
        engine.parts().lanes().run(() -> JniUtils.stopProfile(trace));
    }

    private void step(int step) throws IOException {
        BatchRecipe shape = recipe.batch();
        int count = shape.trainRowsPerDevice();
        List<RowInput> own = batch(rows, (step - 1) * count, count);
        long begin = System.nanoTime();
        double beginCpu = cpuSeconds();
        GradientReport report =
                engine.forwardBackward(
                        new StepWork(step, Fixtures.leaves(0, 0, own, shape.slices())));
        double reduced = seconds(begin);
        engine.update(new Update(step, 0.5, 5e-5));
        double whole = seconds(begin);
        double cpu = cpuSeconds() - beginCpu;
        System.out.printf(
                Locale.ROOT,
                "step %d loss %.4f tokens %d forward+backward %.3f update %.3f cpu %.3f %s%n",
                step,
                report.loss(),
                report.part().tokens(),
                reduced,
                whole - reduced,
                cpu,
                memory());
        if (step > WARM_UP_STEPS) {
            times.add(whole);
            cpus.add(cpu);
            tokens += report.part().tokens();
        }
    }

    private void report(String what) throws IOException {
        double seconds = times.stream().mapToDouble(Double::doubleValue).sum();
        System.out.printf(
                Locale.ROOT,
                "RESULT %s: step %s s, cpu %s s, %.0f tokens/s, %s%n",
                what,
                spread(times),
                spread(cpus),
                tokens / seconds,
                memory());
    }

    /** Least, median and most. */
    private static String spread(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return "%.3f/%.3f/%.3f"
                .formatted(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
    }

    private static GptConfig config(String name, double dropout) {
        return switch (name) {
            case "small" ->
                    new GptConfig(
                            21128, 1024, 256, 4, 4, 1024, 2, 0, 1e-5, 0.02, dropout, dropout,
                            dropout);
            case "base" ->
                    new GptConfig(
                            21128, 1024, 768, 12, 12, 3072, 2, 0, 1e-5, 0.02, dropout, dropout,
                            dropout);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Recipe recipe(int batch) {
        Recipe base =
                Fixtures.recipe(
                        BatchRecipe.defaultSlices(batch),
                        0,
                        new OptimizerRecipe(5e-5, 0.9, 0.999, 1e-8, 0.01, 1));
        return new Recipe(
                new BatchRecipe(1, batch, batch, 1, BatchRecipe.defaultSlices(batch), false),
                new LengthRecipe(1, -1),
                base.order(),
                base.optimizer(),
                base.schedule(),
                0,
                base.evaluation(),
                base.logging(),
                base.saving(),
                base.zero(),
                192,
                0,
                "output",
                List.of());
    }

    private static TokenTable rows(Path folder, Path file) {
        ModelFolder model = ModelFolder.open(folder, folder.toString());
        try (var tokenizer = model.tokenizer(192)) {
            return TokenTable.of(DataSet.read(file, file.toString()), tokenizer, model.config());
        }
    }

    private static List<RowInput> batch(TokenTable rows, int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> i % rows.rows())
                .map(row -> new RowInput(row, rows.ids(row), rows.label(row), 1.0 / count))
                .toList();
    }

    /** Processor time of the whole process: what a crowded machine leaves comparable. */
    private static double cpuSeconds() {
        var system =
                (com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** To compare processes: equal on one processor type, whatever lanes are. */
    private static int hash(DjlEngine engine) {
        int hash = 0;
        for (Unit unit : engine.table().units()) {
            hash = 31 * hash + Arrays.hashCode(Fixtures.parameterUnit(engine, unit));
        }
        return hash;
    }

    private static String memory() throws IOException {
        return String.join(
                ", ",
                Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.matches("(VmHWM|VmRSS|RssAnon).*"))
                        .map(line -> line.replaceAll("\\s+", " "))
                        .toList());
    }
}
