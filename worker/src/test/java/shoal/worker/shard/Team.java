package shoal.worker.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import shoal.engine.ElementRange;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.ShardedEngine;
import shoal.engine.djl.DjlEngine;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.model.dataset.TokenTable;
import shoal.plan.scale.Skips;
import shoal.plan.shard.RankMap;
import shoal.plan.shard.ShardMap;
import shoal.plan.step.EvaluationDeal;
import shoal.plan.step.ExactSum;
import shoal.plan.step.TensorSquares;
import shoal.plan.step.TrainingPlan;
import shoal.plan.step.TrustRatios;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.recipe.LossScaling;
import shoal.recipe.Recipe;
import shoal.recipe.Sha256;
import shoal.recipe.UpdateRule;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.MemoryExchanges;
import shoal.worker.exchange.Receiver;
import shoal.worker.step.Alone;
import shoal.worker.step.Computation;
import shoal.worker.step.StepLoop;
import shoal.worker.stop.StopSignal;

/**
 * Workers of one generation with real engines in one process, and the little of a coordinator that
 * they need: it adds up losses and norms, and commits.
 */
final class Team implements AutoCloseable {
    /** Far beyond what five steps take; a deadlock ends the test. */
    private static final long WAIT_SECONDS = 120;

    private final GptConfig config;
    private final Recipe recipe;
    private final TokenTable rows;
    private final List<ShardedEngine> engines = new ArrayList<>();
    private final List<Computation> computations = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();
    private final List<StepLoop> loops = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final StopSignal stop = new StopSignal();
    private final ExecutorService threads;

    private Team(GptConfig config, Recipe recipe, TokenTable rows, int workers) {
        this.config = config;
        this.recipe = recipe;
        this.rows = rows;
        this.threads = Executors.newFixedThreadPool(workers);
    }

    /** One worker as it works alone. */
    static Team alone(GptConfig config, Recipe recipe, TokenTable rows, int lanes) {
        Team team = new Team(config, recipe, rows, 1);
        ParameterTable table = ParameterTable.of(config);
        team.members.add(new Member(0, table, ShardMap.of(table, 1), 0));
        ShardedEngine engine = DjlEngine.open(config, recipe, lanes);
        team.engines.add(engine);
        team.computations.add(new Alone(engine));
        team.begin();
        return team;
    }

    /**
     * Several workers, also one that works as several do.
     *
     * @param windowPieces that the exchange holds at most per sender, receiver and track
     */
    static Team of(
            GptConfig config,
            Recipe recipe,
            TokenTable rows,
            int workers,
            int lanes,
            int windowPieces) {
        Team team = new Team(config, recipe, rows, workers);
        ParameterTable table = ParameterTable.of(config);
        ShardMap map = ShardMap.of(table, workers);
        UpdateRule rule = recipe.optimizer().rule();
        Optional<RankMap> ranks =
                rule.compressesLater()
                        ? Optional.of(new RankMap(recipe.batch().ranks(), workers))
                        : Optional.empty();
        List<Receiver> receivers = new ArrayList<>();
        List<Function<Exchange, Computation>> joining = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            Member member = new Member(worker, table, map, recipe.zero().stage(), ranks);
            ShardedEngine engine = DjlEngine.open(config, recipe, lanes, member.holding());
            team.members.add(member);
            team.engines.add(engine);
            LateReceiver receiver = new LateReceiver();
            receivers.add(receiver);
            joining.add(
                    exchange -> {
                        Function<Receiver, Exchange> opener =
                                owner -> {
                                    receiver.becomes(owner);
                                    return exchange;
                                };
                        return rule.compressesLater()
                                ? Compressing.join(member, rule, engine, opener, team.stop, 0)
                                : Together.join(member, engine, opener, team.stop, 0);
                    });
        }
        MemoryExchanges exchanges = MemoryExchanges.open(receivers, windowPieces, 11);
        for (int worker = 0; worker < workers; worker++) {
            team.exchanges.add(exchanges.of(worker));
            team.computations.add(joining.get(worker).apply(exchanges.of(worker)));
        }
        team.begin();
        return team;
    }

    private void begin() {
        TrainingPlan plan = TrainingPlan.of(recipe, rows.rows());
        for (int worker = 0; worker < engines.size(); worker++) {
            RandomParameters.write(engines.get(worker), 3);
            loops.add(
                    new StepLoop(plan, rows, recipe.batch().slices(), computations.get(worker), 1));
        }
    }

    /** What a run leaves behind, in words that tell any bit. */
    record Outcome(List<String> steps, String state, List<String> evaluation) {}

    /** Trains, then evaluates. */
    Outcome train(int steps) throws Exception {
        List<String> reports = new ArrayList<>();
        LossScaling scaling = recipe.precision().scaling();
        Skips skips = Skips.first(scaling);
        for (int step = 1; step <= steps; step++) {
            int now = step;
            double scale = skips.scale().scale();
            List<StepReduced> parts = all(worker -> loops.get(worker).reduce(now, scale));
            boolean compresses = recipe.optimizer().rule().compresses(step);
            double norm = compresses ? sum(parts) / recipe.batch().ranks() : Math.sqrt(sum(parts));
            boolean skipped = parts.stream().anyMatch(StepReduced::hasNonFinite);
            double clip = Math.min(1, 0.05 / (norm / scale + 1e-6)) / scale;
            reports.add(loss(parts) + " " + (skipped ? "skipped" : norm / scale));
            double factor = step == 2 ? 1 / scale : clip;
            skips = skips.after(scaling, skipped);
            List<StepMeasured> measured = List.of();
            if (compresses || recipe.optimizer().rule().measures()) {
                measured = all(worker -> loops.get(worker).measure(now, factor));
            }
            List<Float> ratios = ratios(now, measured);
            reports.add(ratios.toString());
            CommitStep commit =
                    CommitStep.newBuilder()
                            .setStep(step)
                            .setClip(factor)
                            .setLearningRate(1e-2)
                            .addAllRatios(ratios)
                            .setUpdates(skips.updates(step))
                            .setSkipped(skipped)
                            .build();
            all(
                    worker -> {
                        loops.get(worker).apply(commit);
                        return worker;
                    });
        }
        List<String> evaluation = evaluate(steps);
        return new Outcome(reports, state(steps), evaluation);
    }

    /** What a step commits of each tensor, where the rule measures. */
    private List<Float> ratios(int step, List<StepMeasured> parts) {
        UpdateRule rule = recipe.optimizer().rule();
        if (!rule.measures()) {
            return List.of();
        }
        TensorSquares total = TensorSquares.zeros(tensors());
        parts.forEach(part -> total.add(TensorSquares.fromBytes(part.getSquares().toByteArray())));
        if (rule instanceof UpdateRule.OneBitLamb lamb) {
            return lamb.compresses(step)
                    ? TrustRatios.factors(total, largest(parts), lamb.factors())
                    : TrustRatios.of(total, lamb.warmUp());
        }
        return TrustRatios.of(total, (UpdateRule.Lamb) rule);
    }

    private List<Float> largest(List<StepMeasured> parts) {
        return IntStream.range(0, tensors())
                .mapToObj(
                        tensor ->
                                parts.stream()
                                        .map(part -> part.getLargestRatios(tensor))
                                        .reduce(0f, Math::max))
                .toList();
    }

    private int tensors() {
        return ParameterTable.of(config).parameters().size();
    }

    /** Bytes of values that a worker has sent to others. */
    long sentBytes(int worker) {
        return exchanges.get(worker).counts().sentBytes();
    }

    /** Bytes of parameters, gradients and moments of a worker. */
    long stateBytes(int worker) {
        return engines.get(worker).stateBytes();
    }

    StopSignal stop() {
        return stop;
    }

    @Override
    public void close() {
        stop.raise();
        for (Computation computation : computations) {
            computation.close();
        }
        threads.shutdownNow();
        engines.forEach(ShardedEngine::close);
    }

    private List<String> evaluate(int step) throws Exception {
        int batchRows = recipe.batch().evaluationRowsPerDevice();
        List<EvaluationDeal.Rows> deal = EvaluationDeal.of(rows.rows(), batchRows, engines.size());
        List<List<String>> parts =
                all(
                        worker -> {
                            Computation computation = computations.get(worker);
                            int atATime = batchRows * computation.evaluate(step, deal, batchRows);
                            List<String> words = new ArrayList<>();
                            int end = deal.get(worker).to();
                            for (int at = deal.get(worker).from(); at < end; at += atATime) {
                                List<RowResult> results =
                                        engines.get(worker)
                                                .evaluate(batch(at, Math.min(end, at + atATime)));
                                results.forEach(
                                        one -> words.add(one.loss() + " " + one.prediction()));
                            }
                            return words;
                        });
        return parts.stream().flatMap(List::stream).toList();
    }

    private List<RowInput> batch(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(row -> new RowInput(row, rows.ids(row), rows.label(row), 1))
                .toList();
    }

    /** SHA-256 over all that outlives a step, from whoever speaks for it. */
    private String state(int step) {
        MessageDigest digest = Sha256.digest();
        for (StateKind kind : StateKind.of(recipe, step)) {
            for (Unit unit : ParameterTable.of(config).units()) {
                for (int worker = 0; worker < engines.size(); worker++) {
                    ElementRange owned = members.get(worker).saved(kind, unit.index());
                    for (Part part : parts(kind, unit, owned)) {
                        ByteBuffer values =
                                ByteBuffer.allocate(part.elements() * Float.BYTES)
                                        .order(ByteOrder.LITTLE_ENDIAN);
                        engines.get(worker).read(kind, unit.index(), part.from(), values);
                        digest.update(values.flip());
                    }
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private record Part(long from, int elements) {}

    /** A range, or the places of the numbers in it. */
    private static List<Part> parts(StateKind kind, Unit unit, ElementRange owned) {
        if (!kind.isNumber()) {
            return owned.isEmpty()
                    ? List.of()
                    : List.of(new Part(owned.from(), (int) owned.size()));
        }
        return unit.parameters().stream()
                .map(Parameter::offsetElements)
                .filter(at -> owned.from() <= at && at < owned.to())
                .map(at -> new Part(at, 1))
                .toList();
    }

    private static double sum(List<StepReduced> parts) {
        ExactSum sum = new ExactSum();
        parts.forEach(part -> sum.add(ExactSum.fromBytes(part.getSquaredNormSum().toByteArray())));
        return sum.value();
    }

    private static double loss(List<StepReduced> parts) {
        TreeMap<Integer, Double> terms = new TreeMap<>();
        for (StepReduced part : parts) {
            for (int i = 0; i < part.getRowsCount(); i++) {
                terms.put(part.getRows(i), part.getLossTerms(i));
            }
        }
        double loss = 0;
        for (double term : terms.values()) {
            loss += term;
        }
        return loss;
    }

    private <T> List<T> all(IntFunction<T> work) throws Exception {
        List<Future<T>> running = new ArrayList<>();
        for (int worker = 0; worker < engines.size(); worker++) {
            int index = worker;
            Callable<T> one = () -> work.apply(index);
            running.add(threads.submit(one));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> one : running) {
            try {
                results.add(one.get(WAIT_SECONDS, TimeUnit.SECONDS));
            } catch (TimeoutException e) {
                throw new AssertionError("workers wait for each other", e);
            } catch (ExecutionException e) {
                throw new AssertionError("a worker failed", e.getCause());
            }
        }
        return results;
    }
}
