package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import shoal.engine.Compression;
import shoal.engine.ElementRange;
import shoal.engine.GradientReport;
import shoal.engine.GradientSink;
import shoal.engine.Holding;
import shoal.engine.Measurement;
import shoal.engine.OperatorHash;
import shoal.engine.ParameterSource;
import shoal.engine.PartReport;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.ShardedEngine;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.plan.step.Deal;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.Require;
import shoal.recipe.UpdateRule;
import shoal.recipe.ZeroRecipe;

/**
 * {@link ShardedEngine} on libtorch, through DJL, on the CPU.
 *
 * <p>Guarantees beyond the interface's:
 *
 * <ul>
 *   <li>Native code runs on the engine's own lanes; callers' threads never enter it.
 *   <li>After a lane has thrown, only {@link #close} is accepted.
 *   <li>Memory outside the heap is a function of the largest step, not of the number of steps.
 * </ul>
 */
public final class DjlEngine implements ShardedEngine {
    /** What an engine is made of. */
    record Parts(
            Lanes lanes,
            Kernel kernel,
            Model model,
            GradientPool pool,
            HeldGradient held,
            List<LaneMasks> masks) {}

    private final Recipe recipe;
    private final Parts parts;
    private final Optimizer optimizer;
    private final Optional<ReducedGradient> reduced;
    private final Optional<LambFreeze> freeze;
    private final Optional<OneBitMomentum> compression;
    private OptionalInt heldStep = OptionalInt.empty();
    private boolean broken;
    private boolean closed;

    private DjlEngine(Recipe recipe, Parts parts, Optional<ReducedGradient> reduced) {
        this.recipe = recipe;
        this.parts = parts;
        this.reduced = reduced;
        UpdateRule rule = recipe.optimizer().rule();
        this.optimizer = Optimizer.of(parts.kernel(), parts.model(), recipe.optimizer());
        this.freeze = optimizer.freeze();
        this.compression =
                reduced.filter(gradient -> rule.compressesLater())
                        .map(gradient -> new OneBitMomentum(recipe, parts, gradient, freeze));
    }

    /**
     * Loads libtorch and makes an engine with all parameters zero.
     *
     * @param lanes slices computed at a time; never changes a result
     */
    public static DjlEngine open(GptConfig config, Recipe recipe, int lanes) {
        Require.atLeast("lanes", lanes, 1);
        return open(config, recipe, new Lanes(lanes));
    }

    /**
     * As {@link #open(GptConfig, Recipe, int)}, for one worker of several.
     *
     * @param holding what is kept here
     */
    public static DjlEngine open(GptConfig config, Recipe recipe, int lanes, Holding holding) {
        Require.atLeast("lanes", lanes, 1);
        return open(config, recipe, new Lanes(lanes), Optional.of(holding));
    }

    /**
     * What bits this machine's operators give, in the order of computation: workers of one run must
     * agree. Takes some tenths of a second, and loads libtorch if nobody did yet, which takes about
     * two; the first {@link #open} is faster then. From any thread.
     */
    public static List<OperatorHash> probe() {
        try (Lanes lanes = new Lanes(1)) {
            return lanes.call(OperatorProbe::hashes);
        }
    }

    static DjlEngine open(GptConfig config, Recipe recipe, Lanes lanes) {
        return open(config, recipe, lanes, Optional.empty());
    }

    private static DjlEngine open(
            GptConfig config, Recipe recipe, Lanes lanes, Optional<Holding> holding) {
        requireNonNull(config, "config");
        requireNonNull(recipe, "recipe");
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException("this machine is big-endian; parameters are not");
        }
        ParameterTable table = ParameterTable.of(config);
        Holding kept = holding.orElseGet(() -> alone(recipe, table));
        try {
            StateFiles files = StateFiles.create(recipe.zero(), table, kept);
            return lanes.call(
                    () -> {
                        Kernel kernel =
                                new Kernel(
                                        config,
                                        recipe.labelSmoothing(),
                                        recipe.precision().arithmetic());
                        GradientPool pool = new GradientPool(kernel);
                        Model model = new Model(kernel, config, files, pool);
                        HeldGradient held = new HeldGradient(kernel, table, pool);
                        List<LaneMasks> masks = new ArrayList<>();
                        for (int lane = 0; lane < lanes.count(); lane++) {
                            masks.add(new LaneMasks(kernel, config, recipe.order().seed()));
                        }
                        return new DjlEngine(
                                recipe,
                                new Parts(lanes, kernel, model, pool, held, masks),
                                holding.map(given -> new ReducedGradient(kernel, table, given)));
                    });
        } catch (RuntimeException | Error e) {
            lanes.close();
            throw e;
        }
    }

    /** What a worker that is alone keeps: with parameters in a file, no unit that is not in use. */
    private static Holding alone(Recipe recipe, ParameterTable table) {
        Holding everything = Holding.everything(table);
        return recipe.zero().parameters() == ZeroRecipe.Offload.NVME
                ? new Holding(3, everything.owned())
                : everything;
    }

    @Override
    public Holding holding() {
        return parts.model().holding();
    }

    @Override
    public void join(ParameterSource source) {
        parts.model().join(source);
    }

    @Override
    public ParameterTable table() {
        return parts.model().table();
    }

    @Override
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        keeper(kind).write(kind, unit, offsetElements, values);
    }

    @Override
    public void read(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        keeper(kind).read(kind, unit, offsetElements, values);
    }

    private StateKeeper keeper(StateKind kind) {
        return switch (kind.type()) {
            case PARAMETER, EXP_AVG, EXP_AVG_SQ -> parts.model();
            case SERVER_ERROR, WORKER_ERROR -> oneBit();
            case EXP_AVG_SQ_FRESH, LAMB_COEFF_FREEZE, LAST_FACTOR, SCALING_COEFF ->
                    freeze.orElseThrow(
                            () -> new IllegalArgumentException(kind + " is not kept by this rule"));
        };
    }

    @Override
    public Compression compression() {
        return oneBit();
    }

    private OneBitMomentum oneBit() {
        return compression.orElseThrow(
                () -> new IllegalStateException("nothing is compressed by this engine"));
    }

    @Override
    public GradientReport forwardBackward(StepWork work) {
        HeldGradient held = parts.held();
        PartReport part = compute(work, held);
        return new GradientReport(part, held.squaredNorm(), held.nonFinite());
    }

    @Override
    public PartReport forwardBackward(StepWork work, GradientSink sink) {
        return compute(work, new PushedGradient(table(), parts.pool(), sink));
    }

    private PartReport compute(StepWork work, GradientTarget target) {
        requireSound();
        StepPass pass = new StepPass(parts, work, recipe.zero().recomputes());
        parts.held().release();
        heldStep = OptionalInt.empty();
        broken = true;
        PartReport report = pass.run(target);
        broken = false;
        heldStep = OptionalInt.of(work.step());
        return report;
    }

    @Override
    public ByteBuffer gradient(int unit) {
        return reduced.orElseThrow(
                        () -> new IllegalStateException("this engine reduces its gradient itself"))
                .of(unit)
                .bytes();
    }

    @Override
    public long stateBytes() {
        return Math.multiplyExact(parts.kernel().stateElements(), (long) Float.BYTES);
    }

    @Override
    public Measurement measure(int step, double clip) {
        requireHeld("measurement", step);
        Measuring measuring = new Measuring(table().parameters().size(), step, clip);
        forEach(
                unit -> holding().owned().get(unit.index()),
                (gradient, range) -> optimizer.measure(parts.model(), gradient, range, measuring));
        return measuring.result(parts.model(), recipe.optimizer().rule().compresses(step));
    }

    @Override
    public void update(Update update) {
        requireHeld("update", update.step());
        heldStep = OptionalInt.empty();
        broken = true;
        if (!update.skipped()) {
            apply(update);
        }
        parts.model().parameters().updated();
        parts.held().release();
        broken = false;
    }

    private void apply(Update update) {
        forEach(
                holding()::updated,
                (gradient, range) -> optimizer.update(parts.model(), gradient, range, update));
        if (recipe.optimizer().rule().compresses(update.step())) {
            oneBit().keepErrors();
        }
        freeze.ifPresent(lamb -> lamb.committed(update));
    }

    private void requireHeld(String what, int step) {
        if (heldStep.isEmpty() || heldStep.getAsInt() != step) {
            throw new IllegalStateException(
                    "%s of step %d, but the held gradient is %s"
                            .formatted(
                                    what,
                                    step,
                                    heldStep.isEmpty()
                                            ? "none"
                                            : "of step " + heldStep.getAsInt()));
        }
    }

    /** Takes ranges of all units to the lanes, each with the gradient of its unit. */
    private void forEach(
            Function<Unit, ElementRange> part, BiConsumer<PtNDArray, UpdateRange> work) {
        List<UpdateRange> ranges =
                table().units().stream()
                        .flatMap(unit -> optimizer.ranges(unit, part.apply(unit)).stream())
                        .toList();
        parts.lanes()
                .forEach(
                        ranges.size(),
                        index -> {
                            UpdateRange range = ranges.get(index);
                            work.accept(gradientOf(range.unit()), range);
                        });
    }

    @Override
    public List<RowResult> evaluate(List<RowInput> rows) {
        requireSound();
        Require.atLeast("rows", rows.size(), 1);
        int batchRows = recipe.batch().evaluationRowsPerDevice();
        RowResult[] results = new RowResult[rows.size()];
        List<EvaluationPass> passes = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += batchRows) {
            addBatch(rows, from, Math.min(batchRows, rows.size() - from), results, passes);
        }
        int longest = IntStream.of(tokens(rows)).max().orElse(1);
        parts.lanes().run(() -> parts.kernel().reserveTokens(longest));
        parts.model().planEvaluation(parts.lanes(), passes.size());
        parts.lanes().drain(passes);
        return List.of(results);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        parts.lanes()
                .run(
                        () -> {
                            compression.ifPresent(OneBitMomentum::close);
                            freeze.ifPresent(LambFreeze::close);
                            parts.held().close(); // lists of tensors keep memory of their own
                            parts.pool().close();
                            parts.model().close();
                            parts.kernel().close();
                        });
        parts.lanes().close();
    }

    /** The passes of one evaluation batch, {@code size} rows from {@code from} on. */
    private void addBatch(
            List<RowInput> all,
            int from,
            int size,
            RowResult[] results,
            List<EvaluationPass> passes) {
        GptConfig config = parts.model().config();
        int slices = BatchRecipe.defaultSlices(recipe.batch().evaluationRowsPerDevice());
        for (int[] slice : Deal.slices(tokens(all.subList(from, from + size)), slices)) {
            if (slice.length > 0) {
                int[] places = IntStream.of(slice).map(row -> from + row).toArray();
                List<RowInput> rows = IntStream.of(places).mapToObj(all::get).toList();
                passes.add(new EvaluationPass(parts, PackedRows.of(rows, config), places, results));
            }
        }
    }

    private int[] tokens(List<RowInput> rows) {
        GptConfig config = parts.model().config();
        return rows.stream().mapToInt(row -> PackedRows.tokens(row, config)).toArray();
    }

    /** The reduced gradient of what is updated here. */
    private PtNDArray gradientOf(int unit) {
        return reduced.map(gradient -> gradient.of(unit).tensor())
                .orElseGet(() -> parts.held().gradient(unit).flat().tensor());
    }

    private void requireSound() {
        if (broken) {
            throw new IllegalStateException(
                    "a lane threw before, so parameters may be half updated; close this engine");
        }
    }

    /** For tests of what is alive. */
    Parts parts() {
        return parts;
    }
}
