package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.engine.GradientReport.BlockPlace;
import shoal.engine.Measurement;
import shoal.engine.PartReport;
import shoal.engine.ShardedEngine;
import shoal.engine.UnitOrder;
import shoal.engine.Update;
import shoal.plan.step.EvaluationDeal;
import shoal.plan.step.ExactSum;
import shoal.plan.step.LeafDeal;
import shoal.proto.v1.StepReduced;
import shoal.recipe.Limits;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.ExchangeCounts;
import shoal.worker.exchange.Receiver;
import shoal.worker.step.Computation;
import shoal.worker.step.StepLayout;
import shoal.worker.stop.StopSignal;

/**
 * A worker among others: computes its leaves, owns its ranges (docs/design.md, section 4).
 *
 * <pre>
 *   reduce:  sums of others are taken from here on        {@link ShardOwner}
 *            stage 3: owned parameters go to whoever computes, in the order of units
 *            forward and backward; own sums go out        {@link NodeSums}
 *            wait until what is owned is reduced;
 *            stage 0: reduced ranges go to all, wait for all of the gradient
 *   apply:   the owned ranges are updated; in stage 0 everything
 *            stages 1, 2: updated ranges go to all, the embeddings first
 * </pre>
 *
 * <p>Methods are called from the run thread.
 */
public final class Together implements Computation {
    private static final Logger LOG = LoggerFactory.getLogger(Together.class);

    /**
     * Evaluation rows for which stage 3 gathers parameters once: of each only the hidden states are
     * kept, together less than what a few rows keep in training.
     */
    private static final int ROWS_PER_GATHER = 64;

    private final Member member;
    private final ShardedEngine engine;
    private final Exchange exchange;
    private final ShardOwner owner;
    private final ParameterArrivals arrivals;
    private final ResultSender results;
    private final StopSignal stop;
    private int applied;

    /** What a worker among others is made of. */
    private record Parts(ShardOwner owner, ParameterArrivals arrivals, Wiring wiring) {}

    private Together(Member member, ShardedEngine engine, Parts parts, StopSignal stop) {
        this.member = member;
        this.engine = engine;
        this.stop = stop;
        this.owner = parts.owner();
        this.arrivals = parts.arrivals();
        this.exchange = parts.wiring().exchange();
        this.results = new ResultSender(member, engine, exchange, stop, owner::fail);
        parts.wiring().results(results);
    }

    /**
     * Joins the others.
     *
     * @param engine keeps what the member's holding says
     * @param opener opens the exchange for a receiver
     * @param applied step at whose end the parameters are
     */
    public static Together join(
            Member member,
            ShardedEngine engine,
            Function<Receiver, Exchange> opener,
            StopSignal stop,
            int applied) {
        requireNonNull(member, "member");
        requireNonNull(engine, "engine");
        Wiring wiring = new Wiring();
        ParameterArrivals arrivals = new ParameterArrivals(member, stop, wiring::offerAgain);
        arrivals.version(applied);
        engine.join(arrivals);
        ShardOwner owner = new ShardOwner(member, engine, arrivals, wiring);
        wiring.exchange(opener.apply(owner));
        Together together = new Together(member, engine, new Parts(owner, arrivals, wiring), stop);
        together.applied = applied;
        return together;
    }

    @Override
    public int workers() {
        return member.workers();
    }

    @Override
    public int index() {
        return member.index();
    }

    @Override
    public StepReduced reduce(StepLayout layout) {
        StepReduction step =
                owner.open(new StepReduction(member, layout.work(), engine), layout.deal());
        exchange.offerAgain();
        serve(layout);
        NodeSums sums = new NodeSums(member, owner, step, exchange, stop);
        PartReport part = engine.forwardBackward(layout.work(), sums);
        step.await(stop);
        return report(step, part, layout);
    }

    @Override
    public Measurement measure(int step, double clip) {
        return engine.measure(step, clip);
    }

    @Override
    public void apply(Update update) {
        arrivals.version(update.step());
        engine.update(update);
        applied = update.step();
        if (member.stage() == 1 || member.stage() == 2) {
            results.publish(applied);
        }
    }

    @Override
    public int evaluate(int step, List<EvaluationDeal.Rows> deal, int batchRows) {
        if (member.stage() < 3) {
            return 1;
        }
        int batches = Math.max(1, ROWS_PER_GATHER / batchRows);
        List<Integer> units = UnitOrder.evaluation(member.table());
        for (int peer = 0; peer < member.workers(); peer++) {
            for (int row = deal.get(peer).from();
                    row < deal.get(peer).to();
                    row += batches * batchRows) {
                if (peer != member.index()) {
                    results.serve(peer, Math.max(1, step), applied, units);
                }
            }
        }
        return batches;
    }

    @Override
    public void close() {
        ExchangeCounts counts = exchange.counts();
        LOG.info(
                "leaving the others index={} workers={} step={} sent-bytes={} received-bytes={}"
                        + " stale={} corrupt={} refused={} resent={}",
                member.index(),
                member.workers(),
                applied,
                counts.sentBytes(),
                counts.receivedBytes(),
                counts.stale(),
                counts.corrupt(),
                counts.refused(),
                counts.resent());
        exchange.close();
        results.close();
    }

    /** In stage 3 every worker with leaves needs every unit, for forward and again for backward. */
    private void serve(StepLayout layout) {
        if (member.stage() < 3) {
            return;
        }
        LeafDeal deal = layout.deal();
        for (int peer = 0; peer < member.workers(); peer++) {
            if (peer != member.index() && deal.from(peer) < deal.to(peer)) {
                results.serve(
                        peer, layout.work().step(), applied, UnitOrder.training(member.table()));
            }
        }
    }

    private StepReduced report(StepReduction step, PartReport part, StepLayout layout) {
        ExactSum squares = new ExactSum();
        Optional<BlockPlace> nonFinite = Optional.empty();
        for (int unit = 0; unit < member.units(); unit++) {
            double[] norms = step.norms(unit);
            for (int block = 0; block < norms.length; block++) {
                if (Double.isFinite(norms[block])) {
                    squares.add(norms[block]);
                } else if (nonFinite.isEmpty()) {
                    nonFinite = Optional.of(place(unit, block));
                }
            }
        }
        return layout.report(part, squares, nonFinite);
    }

    private BlockPlace place(int unit, int ownedBlock) {
        long first = member.owned(unit).from() / Limits.BLOCK_ELEMENTS;
        return new BlockPlace(member.unit(unit).name(), first + ownedBlock);
    }

    /** Ties the receiver to what can be made only after it. */
    private static final class Wiring implements ShardOwner.Results {
        private volatile Optional<Exchange> exchange = Optional.empty();
        private volatile Optional<ResultSender> results = Optional.empty();

        void exchange(Exchange opened) {
            exchange = Optional.of(opened);
        }

        Exchange exchange() {
            return exchange.orElseThrow();
        }

        void results(ResultSender sender) {
            results = Optional.of(sender);
        }

        void offerAgain() {
            exchange.ifPresent(Exchange::offerAgain);
        }

        @Override
        public void reduced(int step, int unit) {
            results.orElseThrow().reduced(step, unit);
        }
    }
}
