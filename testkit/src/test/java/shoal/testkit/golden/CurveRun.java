package shoal.testkit.golden;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.IntStream;
import shoal.engine.GradientReport;
import shoal.engine.Leaf;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.StepWork;
import shoal.engine.TrainingEngine;
import shoal.engine.Update;
import shoal.engine.djl.DjlEngine;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.model.checkpoint.Checkpoint;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.dataset.DataSet;
import shoal.model.dataset.TokenTable;
import shoal.model.tokenizer.Tokenizer;
import shoal.plan.log.CommittedStep;
import shoal.plan.log.FlosCount;
import shoal.plan.log.LogRow;
import shoal.plan.log.Milestone;
import shoal.plan.log.Milestones;
import shoal.plan.log.SummaryRows;
import shoal.plan.log.TrainingLog;
import shoal.plan.metric.EvaluationTally;
import shoal.plan.schedule.LearningRates;
import shoal.plan.step.Deal;
import shoal.plan.step.MicroBatch;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.Recipe;

/**
 * A run of one rank in this process: what coordinator and worker decide between them, in one loop.
 */
final class CurveRun {
    private static final int LANES = 2;

    /** HF's torch.nn.utils.clip_grad_norm_ adds it to the norm. */
    private static final double CLIP_EPSILON = 1e-6;

    /**
     * What came out.
     *
     * @param rows HF's log rows, timings included
     * @param finalParameterNorms by HF name
     */
    record Result(List<LogRow> rows, Map<String, Double> finalParameterNorms) {}

    private final Recipe recipe;
    private final TrainingEngine engine;
    private final TokenTable train;
    private final TokenTable evaluation;
    private final int labels;
    private final TrainingPlan plan;
    private final LearningRates rates;
    private final FlosCount flos;

    private CurveRun(
            Recipe recipe,
            TrainingEngine engine,
            TokenTable train,
            TokenTable evaluation,
            int labels) {
        this.recipe = recipe;
        this.engine = engine;
        this.train = train;
        this.evaluation = evaluation;
        this.labels = labels;
        this.plan = TrainingPlan.of(recipe, train.rows());
        this.rates = LearningRates.of(recipe, plan);
        this.flos = new FlosCount(train::tokenizedLength, engine.table().countedElements());
    }

    static Result of(GoldenCurve curve) {
        Recipe recipe = curve.recipe();
        GoldenFolder golden = curve.folder();
        ModelFolder model = ModelFolder.open(golden.file(curve.model()), curve.model());
        try (Tokenizer tokenizer = model.tokenizer(recipe.maxSequenceLength());
                TrainingEngine engine = DjlEngine.open(model.config(), recipe, LANES)) {
            model.loadInto(
                    (parameter, offset, values) ->
                            engine.write(
                                    StateKind.PARAMETER,
                                    parameter.unit(),
                                    parameter.offsetElements() + offset,
                                    values),
                    recipe.order().seed());
            CurveRun run =
                    new CurveRun(
                            recipe,
                            engine,
                            tokens(golden, curve.trainFile(), tokenizer, model),
                            tokens(golden, curve.evaluationFile(), tokenizer, model),
                            model.config().labels());
            return new Result(run.rows(), run.norms());
        }
    }

    /** Losses of the steps after a checkpoint, by step. */
    static Map<Integer, Double> lossesAfter(Checkpoint checkpoint, GoldenCurve curve) {
        Recipe recipe = curve.recipe();
        GoldenFolder golden = curve.folder();
        ModelFolder model = ModelFolder.open(golden.file(curve.model()), curve.model());
        try (Tokenizer tokenizer = model.tokenizer(recipe.maxSequenceLength());
                TrainingEngine engine = DjlEngine.open(model.config(), recipe, LANES)) {
            for (StateKind kind : StateKind.common()) {
                checkpoint.loadInto(
                        kind,
                        (parameter, offset, values) ->
                                engine.write(
                                        kind,
                                        parameter.unit(),
                                        parameter.offsetElements() + offset,
                                        values));
            }
            TokenTable train = tokens(golden, curve.trainFile(), tokenizer, model);
            CurveRun run = new CurveRun(recipe, engine, train, train, model.config().labels());
            Map<Integer, Double> losses = new TreeMap<>();
            for (int step = checkpoint.position().step() + 1; step <= run.plan.steps(); step++) {
                losses.put(step, run.step(step).loss());
            }
            return losses;
        }
    }

    private static TokenTable tokens(
            GoldenFolder golden, String name, Tokenizer tokenizer, ModelFolder model) {
        return TokenTable.of(DataSet.read(golden.file(name), name), tokenizer, model.config());
    }

    private List<LogRow> rows() {
        Milestones milestones = Milestones.of(recipe, plan);
        List<LogRow> rows = new ArrayList<>();
        TrainingLog log = TrainingLog.empty();
        for (int step = 1; step <= plan.steps(); step++) {
            log = log.commit(step(step));
            for (Milestone milestone : milestones.after(step)) {
                if (milestone == Milestone.LOG) {
                    rows.add(log.row(plan.epochAfter(step)));
                    log = log.logged();
                } else if (milestone == Milestone.EVALUATE) {
                    rows.add(evaluate(new SummaryRows.Place(plan.epochAfter(step), step)));
                }
            }
        }
        rows.add(SummaryRows.training(log, plan, 1));
        return rows;
    }

    private CommittedStep step(int step) {
        GradientReport report = engine.forwardBackward(new StepWork(step, leaves(step)));
        double norm = Math.sqrt(report.squaredNorm());
        double most = recipe.optimizer().maxGradNorm();
        double clip = most == 0 ? 1 : Math.min(1, most / (norm + CLIP_EPSILON));
        engine.update(new Update(step, clip, rates.at(step)));
        return new CommittedStep(
                step,
                report.loss(),
                most == 0 ? OptionalDouble.empty() : OptionalDouble.of(norm),
                rates.loggedAt(step),
                flos.of(plan.microBatches(step)));
    }

    private List<Leaf> leaves(int step) {
        List<Leaf> leaves = new ArrayList<>();
        for (MicroBatch batch : plan.microBatches(step)) {
            int[] rows = batch.rows();
            int[] tokens = IntStream.of(rows).map(train::length).toArray();
            List<int[]> slices = Deal.slices(tokens, recipe.batch().slices());
            for (int slice = 0; slice < slices.size(); slice++) {
                List<RowInput> inputs =
                        IntStream.of(slices.get(slice))
                                .mapToObj(index -> input(train, rows[index], batch.weight()))
                                .toList();
                leaves.add(new Leaf(batch.rank(), batch.round(), slice, inputs));
            }
        }
        return leaves;
    }

    private LogRow evaluate(SummaryRows.Place place) {
        int batchRows = recipe.batch().evaluationRowsPerDevice();
        EvaluationTally tally = new EvaluationTally(labels);
        for (int from = 0; from < evaluation.rows(); from += batchRows) {
            int to = Math.min(evaluation.rows(), from + batchRows);
            List<RowInput> batch =
                    IntStream.range(from, to).mapToObj(row -> input(evaluation, row, 1)).toList();
            List<RowResult> results = engine.evaluate(batch);
            for (int i = 0; i < results.size(); i++) {
                RowResult result = results.get(i);
                tally.add(result.loss(), result.prediction(), batch.get(i).label());
            }
        }
        return SummaryRows.evaluation(tally.result(), 1, batchRows, place);
    }

    private static RowInput input(TokenTable table, int row, double weight) {
        return new RowInput(row, table.ids(row), table.label(row), weight);
    }

    private Map<String, Double> norms() {
        Map<String, Double> norms = new TreeMap<>();
        for (Parameter parameter : engine.table().parameters()) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Math.toIntExact(parameter.sizeElements() * Float.BYTES))
                            .order(ByteOrder.LITTLE_ENDIAN);
            engine.read(StateKind.PARAMETER, parameter.unit(), parameter.offsetElements(), bytes);
            bytes.flip();
            double sum = 0;
            while (bytes.hasRemaining()) {
                double value = bytes.getFloat();
                sum += value * value;
            }
            norms.put(parameter.name(), Math.sqrt(sum));
        }
        return norms;
    }
}
