package shoal.worker.run;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.engine.ShardedEngine;
import shoal.engine.TrainingEngine;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.dataset.TokenTable;
import shoal.model.tokenizer.Tokenizer;
import shoal.plan.shard.RankMap;
import shoal.plan.shard.ShardMap;
import shoal.plan.step.TrainingPlan;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.StartRun;
import shoal.recipe.Limits;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.Require;
import shoal.recipe.UpdateRule;
import shoal.recipe.UserException;
import shoal.worker.artefact.ArtefactCache;
import shoal.worker.artefact.RunFolder;
import shoal.worker.evaluate.Evaluation;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.Receiver;
import shoal.worker.shard.Compressing;
import shoal.worker.shard.Member;
import shoal.worker.shard.StateUpload;
import shoal.worker.shard.Together;
import shoal.worker.step.Alone;
import shoal.worker.step.Computation;
import shoal.worker.step.StepLoop;
import shoal.worker.stop.StopSignal;

/**
 * Loads a run:
 *
 * <pre>
 *   recipe  = the JSON that came with the run
 *   folder  = its files, fetched by content and laid out
 *   data    = rows of the training and evaluation files, labels checked against the head
 *   tokens  = ids of all rows
 *   engine  = opened for the model's configuration, weights written into it, or the whole state
 *             of the checkpoint that the run goes on from
 * </pre>
 *
 * <p>Problems of the run's files come out as {@code UserException}, all of a file at once. What was
 * opened is closed again when a later part fails.
 */
public final class RunLoader implements RunOpener {
    private static final Logger LOG = LoggerFactory.getLogger(RunLoader.class);
    private static final Pattern RUN_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    /** How messages call the folder that the client sent. */
    private static final String MODEL = "model";

    private final Path runs;
    private final ArtefactCache cache;
    private final Channel channel;
    private final EngineFactory engines;
    private final int lanes;
    private final RunExchanges exchanges;

    /**
     * A loader.
     *
     * @param runs where runs' files are laid out
     * @param channel takes the parameters
     * @param lanes compute threads of an engine
     * @param exchanges of runs with several workers
     */
    public RunLoader(
            Path runs,
            ArtefactCache cache,
            Channel channel,
            EngineFactory engines,
            int lanes,
            RunExchanges exchanges) {
        this.exchanges = requireNonNull(exchanges, "exchanges");
        this.runs = requireNonNull(runs, "runs");
        this.cache = requireNonNull(cache, "cache");
        this.channel = requireNonNull(channel, "channel");
        this.engines = requireNonNull(engines, "engines");
        Require.atLeast("lanes", lanes, 1);
        this.lanes = lanes;
    }

    @Override
    public RunWork open(StartRun run, StopSignal stop) throws IOException {
        String name = run.getFence().getRun();
        if (!RUN_NAME.matcher(name).matches()) {
            throw new IOException("'" + name + "' is no name of a run; expected " + RUN_NAME);
        }
        Recipe recipe = RecipeJson.read(run.getRecipeJson());
        long began = System.nanoTime();
        RunFolder folder = RunFolder.lay(runs.resolve(name), run.getArtefactsList(), cache, stop);
        try {
            RunWork loaded = load(recipe, run, folder, stop);
            LOG.info("loaded run={} millis={}", name, (System.nanoTime() - began) / 1_000_000);
            return loaded;
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private RunWork load(Recipe recipe, StartRun run, RunFolder folder, StopSignal stop)
            throws IOException {
        RunRows rows = RunRows.read(folder, run.getArtefactsList());
        ModelFolder model = model(recipe, rows, folder);
        requireMeasurable(recipe, model);
        stop.throwIfRaised();
        RunTokens tokens = tokens(recipe, rows, model);
        TrainingPlan plan = TrainingPlan.of(recipe, tokens.trainLengths());
        stop.throwIfRaised();
        Member member = member(run, recipe, model);
        LoadedEngine engine =
                member.workers() > 1 || member.ranks().isPresent()
                        ? shard(recipe, model, member, run.getStep())
                        : alone(recipe, model);
        try {
            if (run.getStep() > 0) {
                new CheckpointLoad(folder, run.getStep()).into(engine.engine(), stop);
            } else {
                write(model, recipe.order().seed(), engine.engine(), stop);
            }
            List<String> paths = new ArrayList<>();
            Computation computation =
                    engine.join(
                            receiver -> {
                                Exchange exchange = exchanges.open(run, receiver, stop);
                                paths.add(exchange.path());
                                return exchange;
                            },
                            stop);
            StepLoop steps =
                    new StepLoop(
                            plan,
                            tokens.train(),
                            recipe.batch().slices(),
                            computation,
                            model.table().countedElements());
            LoadedRun.Parts parts =
                    new LoadedRun.Parts(
                            steps,
                            tokens.evaluation()
                                    .map(table -> evaluation(table, recipe, engine, computation)),
                            new StateUpload(engine.engine(), channel, member));
            return new LoadedRun(
                    facts(rows, model, member, paths),
                    parts,
                    new LoadedRun.Resources(computation, engine.engine(), folder),
                    recipe,
                    stop);
        } catch (IOException | RuntimeException e) {
            engine.engine().close();
            throw e;
        }
    }

    private static Member member(StartRun run, Recipe recipe, ModelFolder model) {
        ParameterTable table = model.table();
        ShardMap map = ShardMap.of(table, run.getPeersCount());
        Optional<RankMap> ranks =
                recipe.optimizer().rule().compressesLater()
                        ? Optional.of(new RankMap(recipe.batch().ranks(), map.workers()))
                        : Optional.empty();
        return new Member(run.getIndex(), table, map, recipe.zero().stage(), ranks);
    }

    private LoadedEngine alone(Recipe recipe, ModelFolder model) {
        TrainingEngine engine = engines.open(model.config(), recipe, lanes);
        return new LoadedEngine(engine, (opener, stop) -> new Alone(engine));
    }

    private LoadedEngine shard(Recipe recipe, ModelFolder model, Member member, int step) {
        ShardedEngine engine = engines.open(model.config(), recipe, lanes, member.holding());
        UpdateRule rule = recipe.optimizer().rule();
        return new LoadedEngine(
                engine,
                (opener, stop) ->
                        rule.compressesLater()
                                ? Compressing.join(member, rule, engine, opener, stop, step)
                                : Together.join(member, engine, opener, stop, step));
    }

    /** An engine and how it comes to compute. */
    private record LoadedEngine(TrainingEngine engine, Joining joining) {
        Computation join(Function<Receiver, Exchange> opener, StopSignal stop) {
            return joining.join(opener, stop);
        }
    }

    /** Makes a computation once the parameters are written. */
    private interface Joining {
        Computation join(Function<Receiver, Exchange> opener, StopSignal stop);
    }

    /**
     * The model, for as many classes as the recipe says, else its head has, else config.json and
     * the training rows have.
     */
    private static ModelFolder model(Recipe recipe, RunRows rows, RunFolder folder) {
        ModelFolder model = ModelFolder.open(folder.model(), MODEL, recipe.labels());
        int needed = rows.train().largestLabel() + 1;
        if (recipe.labels() == 0 && needed > model.config().labels()) {
            model = withMoreClasses(model, needed, rows, folder);
        }
        rows.requireLabelsBelow(model.config().labels());
        return model;
    }

    private static ModelFolder withMoreClasses(
            ModelFolder model, int classes, RunRows rows, RunFolder folder) {
        try {
            return ModelFolder.open(folder.model(), MODEL, classes);
        } catch (UserException hasHead) {
            rows.requireLabelsBelow(model.config().labels());
            throw hasHead;
        }
    }

    private static void requireMeasurable(Recipe recipe, ModelFolder model) {
        int tensors = model.table().parameters().size();
        if (recipe.optimizer().rule().measures() && tensors > Limits.MEASURED_TENSORS) {
            throw new UserException(
                    "optimizer.type",
                    String.format(
                            "is one whose norms of %d tensors do not fit a message; at most %d"
                                    + " do. Use AdamW for a model of this depth.",
                            tensors, Limits.MEASURED_TENSORS));
        }
    }

    private static RunTokens tokens(Recipe recipe, RunRows rows, ModelFolder model) {
        int maxLength = recipe.maxSequenceLength();
        if (maxLength > model.config().positions()) {
            throw new UserException(
                    "max_seq_length",
                    String.format(
                            "is %d, but the model has n_positions = %d. Set it to %d or less.",
                            maxLength, model.config().positions(), model.config().positions()));
        }
        try (Tokenizer tokenizer = model.tokenizer(maxLength)) {
            return new RunTokens(
                    TokenTable.of(rows.train(), tokenizer, model.config()),
                    rows.evaluation().map(data -> TokenTable.of(data, tokenizer, model.config())));
        }
    }

    private static void write(
            ModelFolder model, long seed, TrainingEngine engine, StopSignal stop) {
        model.loadInto(
                (parameter, offsetElements, values) -> {
                    stop.throwIfRaised();
                    engine.write(
                            StateKind.PARAMETER,
                            parameter.unit(),
                            parameter.offsetElements() + offsetElements,
                            values);
                },
                seed);
    }

    private static Evaluation evaluation(
            TokenTable table, Recipe recipe, LoadedEngine engine, Computation computation) {
        return new Evaluation(
                table,
                recipe.batch().evaluationRowsPerDevice(),
                engine.engine(),
                computation,
                System::nanoTime);
    }

    /**
     * What the coordinator is told.
     *
     * @param paths how ranges travel: empty for a worker that is alone
     */
    private static RunReady facts(
            RunRows rows, ModelFolder model, Member member, List<String> paths) {
        List<String> notices = new ArrayList<>(paths);
        notices.addAll(rows.notices());
        notices.addAll(model.notices());
        return RunReady.newBuilder()
                .setTrainRows(rows.train().rows().size())
                .setEvaluationRows(rows.evaluation().map(data -> data.rows().size()).orElse(0))
                .setLabels(model.config().labels())
                .setParameters(model.table().parameterElements())
                .setShardMapHash(ByteString.copyFrom(member.map().hash()))
                .addAllNotices(notices)
                .build();
    }

    /** Token ids of a run's rows. */
    private record RunTokens(TokenTable train, Optional<TokenTable> evaluation) {
        int[] trainLengths() {
            return IntStream.range(0, train.rows()).map(train::tokenizedLength).toArray();
        }
    }
}
