package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.engine.ElementRange;
import shoal.engine.ShardedEngine;
import shoal.plan.step.LeafDeal;
import shoal.plan.step.ReductionTree.Node;
import shoal.plan.step.SparseRows;
import shoal.worker.exchange.Kind;
import shoal.worker.exchange.PeerLostException;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.exchange.Receiver;
import shoal.worker.exchange.Trouble;

/**
 * The owner of one worker's ranges, as other workers see it: takes what they send.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Sums are added in the order of the reduction tree, whatever order they come in.
 *   <li>A sum of a step that is not open yet waits at its sender: the gradient of the step before
 *       is not overwritten until it was applied here.
 *   <li>What a peer has no reason to send is refused by its header.
 *   <li>A lost peer, or a sum that is lost on the way, ends every wait of the step and of those
 *       that are opened after it: what was lost may have been for one of them.
 * </ul>
 *
 * <p>{@link #open} is called from the run thread, {@link #own} from lanes, the rest from the
 * exchange.
 */
final class ShardOwner implements Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(ShardOwner.class);

    private final Member member;
    private final ShardedEngine engine;
    private final ParameterArrivals parameters;
    private final Results results;
    private volatile Optional<Opened> opened = Optional.empty();
    private volatile Optional<RuntimeException> failure = Optional.empty();

    /** Tells that the gradient of a unit's owned range is reduced. */
    interface Results {
        void reduced(int step, int unit);
    }

    /**
     * A step whose sums are taken.
     *
     * @param nodes of each worker, by the run of leaves that they hold
     */
    private record Opened(StepReduction step, List<Map<Node, Integer>> nodes) {}

    ShardOwner(Member member, ShardedEngine engine, ParameterArrivals parameters, Results results) {
        this.member = requireNonNull(member, "member");
        this.engine = requireNonNull(engine, "engine");
        this.parameters = requireNonNull(parameters, "parameters");
        this.results = requireNonNull(results, "results");
    }

    /** Takes sums of a step from now on; the one before must have been applied. */
    StepReduction open(StepReduction step, LeafDeal deal) {
        List<Map<Node, Integer>> nodes = new ArrayList<>();
        for (int worker = 0; worker < member.workers(); worker++) {
            Map<Node, Integer> own = new HashMap<>();
            for (int node : step.tree().covering(deal.from(worker), deal.to(worker))) {
                own.put(step.tree().run(node), node);
            }
            nodes.add(own);
        }
        opened.flatMap(before -> before.step().embedRows()).ifPresent(this::clear);
        opened = Optional.of(new Opened(step, nodes));
        failure.ifPresent(step::fail);
        return step;
    }

    /** Takes a sum that was computed here. */
    void own(StepReduction step, int unit, int node, FloatBuffer values) {
        ElementRange owned = member.owned(unit);
        for (long at = owned.from(); at < owned.to(); at += RangeHeader.PIECE_ELEMENTS) {
            int length = (int) Math.min(RangeHeader.PIECE_ELEMENTS, owned.to() - at);
            if (step.add(unit, node, at, values.slice(Math.toIntExact(at), length))) {
                results.reduced(step.step(), unit);
            }
        }
    }

    @Override
    public Optional<String> refusal(int from, RangeHeader range) {
        if (range.unit() >= member.units()) {
            return Optional.of("the model has " + member.units() + " units");
        }
        return switch (range.kind()) {
            case PARAMETERS -> outside(from, range).or(() -> parameters.refusal(range));
            case REDUCED_GRADIENT ->
                    noResult().or(() -> outside(from, range)).or(() -> problem(from, range));
            case GRADIENT_NODE, EMBEDDING_ROWS, EMBEDDING_END -> problem(from, range);
            case MOMENTUM_BITS, MEAN_BITS -> Optional.of("this run compresses nothing");
        };
    }

    @Override
    public Answer arrived(int from, RangeHeader range, ByteBuffer values) {
        ByteBuffer ordered = values.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (range.kind() == Kind.PARAMETERS) {
            return parameters.arrived(from, range, ordered) ? Answer.TAKEN : Answer.LATER;
        }
        Optional<Opened> now = opened.filter(step -> step.step().step() == range.step());
        now.ifPresent(step -> take(step, from, range, ordered));
        return now.isPresent() ? Answer.TAKEN : Answer.LATER;
    }

    @Override
    public void trouble(Trouble trouble) {
        LOG.warn("{}", trouble);
        if (endsStep(trouble)) {
            fail(new PeerLostException(trouble.peer(), trouble.toString()));
        }
    }

    /** Ends every wait with this exception. */
    void fail(RuntimeException why) {
        failure = Optional.of(why); // before the step is looked for, which may open just now
        parameters.fail(why);
        opened.ifPresent(step -> step.step().fail(why));
    }

    private void take(Opened now, int from, RangeHeader range, ByteBuffer values) {
        StepReduction step = now.step();
        switch (range.kind()) {
            case GRADIENT_NODE -> {
                int node = node(now, from, range);
                FloatBuffer floats = values.asFloatBuffer();
                if (step.add(range.unit(), node, range.offsetElements(), floats)) {
                    results.reduced(step.step(), range.unit());
                }
            }
            case EMBEDDING_ROWS ->
                    step.addRows(node(now, from, range), RowFrames.read(values, width()));
            case EMBEDDING_END -> step.endRows(node(now, from, range));
            case REDUCED_GRADIENT -> {
                ByteBuffer gradient = engine.gradient(range.unit());
                int at = Math.toIntExact(range.offsetElements() * Float.BYTES);
                gradient.put(at, values, 0, values.remaining());
                step.arrived(range.elements());
            }
            case PARAMETERS, MOMENTUM_BITS, MEAN_BITS ->
                    throw new IllegalStateException(range + " is taken elsewhere");
        }
    }

    private static int node(Opened now, int from, RangeHeader range) {
        return requireNonNull(now.nodes().get(from).get(range.node().orElseThrow()));
    }

    /** What is wrong with a range of a step; nothing is known yet of the step to come. */
    private Optional<String> problem(int from, RangeHeader range) {
        int step = opened.map(now -> now.step().step()).orElse(0);
        if (range.step() == step + 1) {
            return Optional.empty();
        }
        if (range.step() != step) {
            return Optional.of("this worker is at step " + step);
        }
        return opened.flatMap(now -> problem(now, from, range));
    }

    private Optional<String> problem(Opened now, int from, RangeHeader range) {
        if (range.node().isPresent() && !now.nodes().get(from).containsKey(range.node().get())) {
            return Optional.of("that worker computes no such node");
        }
        return switch (range.kind()) {
            case GRADIENT_NODE ->
                    now.step().problem(range.unit(), range.offsetElements(), range.elements());
            case EMBEDDING_ROWS ->
                    range.unit() == 0 && range.elements() % (width() + 1) == 0
                            ? Optional.empty()
                            : Optional.of("no rows of the embeddings");
            case EMBEDDING_END, REDUCED_GRADIENT, PARAMETERS, MOMENTUM_BITS, MEAN_BITS ->
                    Optional.empty();
        };
    }

    private Optional<String> outside(int from, RangeHeader range) {
        ElementRange owned = member.owned(range.unit(), from);
        long end = range.offsetElements() + range.elements();
        return range.offsetElements() >= owned.from() && end <= owned.to()
                ? Optional.empty()
                : Optional.of("that worker owns elements " + owned.from() + " to " + owned.to());
    }

    private Optional<String> noResult() {
        return member.stage() == 0
                ? Optional.empty()
                : Optional.of("gradients stay with their owners in stage " + member.stage());
    }

    private int width() {
        return member.width();
    }

    private void clear(SparseRows rows) {
        FloatBuffer embed = engine.gradient(0).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        RowSum.clear(rows, member.updated(0, member.index()), embed);
    }

    /** Whether the step cannot end any more: it can if nothing is lost, or it is sent again. */
    static boolean endsStep(Trouble trouble) {
        return trouble.accept(new EndsStep());
    }

    private static final class EndsStep implements Trouble.Handler<Boolean> {
        @Override
        public Boolean lost(Trouble.Lost trouble) {
            return true;
        }

        @Override
        public Boolean stale(Trouble.Stale trouble) {
            return false;
        }

        @Override
        public Boolean corrupt(Trouble.Corrupt trouble) {
            return false;
        }

        @Override
        public Boolean refused(Trouble.Refused trouble) {
            return true;
        }
    }
}
