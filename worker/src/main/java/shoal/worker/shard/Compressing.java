package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import shoal.engine.Compression;
import shoal.engine.GradientReport.BlockPlace;
import shoal.engine.Measurement;
import shoal.engine.PartReport;
import shoal.engine.ShardedEngine;
import shoal.engine.Update;
import shoal.plan.shard.RankMap;
import shoal.plan.step.EvaluationDeal;
import shoal.plan.step.ExactSum;
import shoal.plan.step.LeafDeal;
import shoal.plan.step.TensorSquares;
import shoal.proto.v1.StepReduced;
import shoal.recipe.UpdateRule;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.exchange.Receiver;
import shoal.worker.step.Computation;
import shoal.worker.step.StepLayout;
import shoal.worker.stop.StopSignal;

/**
 * A worker of a rule that compresses (docs/decisions/0014). Up to the freeze it works as {@link
 * Together} does, but has whole ranks; then, in each step:
 *
 * <pre>
 *   reduce:   forward and backward; each rank's gradient stays here, its norm is told
 *   measure:  the clip is known: momentum of each rank, packed, goes to the owners of its blocks;
 *             owners make means of all ranks, pack them again and give them to all; of a rule
 *             that measures, owners then measure what the update would do
 *   apply:    everything is updated with the means
 * </pre>
 *
 * <p>A worker that is alone does the same without sending. Methods are called from the run thread.
 */
public final class Compressing implements Computation {
    private final Member member;
    private final RankMap ranks;
    private final UpdateRule rule;
    private final ShardedEngine engine;
    private final Together together;
    private final Exchange exchange;
    private final MomentumReceiver receiver;
    private final StopSignal stop;

    /** What travels packed is put here before it is sent. */
    private final ByteBuffer frame =
            ByteBuffer.allocateDirect(RangeHeader.PIECE_ELEMENTS * Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);

    /** Who takes part, and how. */
    private record Parts(Together together, Exchange exchange, MomentumReceiver receiver) {}

    private Compressing(
            Member member, UpdateRule rule, ShardedEngine engine, Parts parts, StopSignal stop) {
        this.member = member;
        this.ranks = member.ranks().orElseThrow();
        this.rule = rule;
        this.engine = engine;
        this.together = parts.together();
        this.exchange = parts.exchange();
        this.receiver = parts.receiver();
        this.stop = stop;
    }

    /**
     * Joins the others, if there are any.
     *
     * @param member knows who has which ranks
     * @param rule says which steps compress
     * @param engine keeps what the member's holding says
     * @param opener opens the exchange for a receiver; not called for a worker that is alone
     * @param applied step at whose end the parameters are
     */
    public static Compressing join(
            Member member,
            UpdateRule rule,
            ShardedEngine engine,
            Function<Receiver, Exchange> opener,
            StopSignal stop,
            int applied) {
        requireNonNull(rule, "rule");
        RankMap ranks = member.ranks().orElseThrow();
        List<MomentumReceiver> receiver = new ArrayList<>();
        List<Exchange> exchange = new ArrayList<>();
        Function<Receiver, Exchange> both =
                owner -> {
                    MomentumReceiver first = new MomentumReceiver(member, ranks, owner);
                    receiver.add(first);
                    exchange.add(member.workers() == 1 ? new NoPeers() : opener.apply(first));
                    return exchange.get(0);
                };
        Together together = Together.join(member, engine, both, stop, applied);
        Parts parts = new Parts(together, exchange.get(0), receiver.get(0));
        return new Compressing(member, rule, engine, parts, stop);
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
    public LeafDeal deal(LeafDeal even) {
        return even.byRanks(ranks.ranks());
    }

    @Override
    public boolean rankByRank(int step) {
        return rule.compresses(step);
    }

    @Override
    public StepReduced reduce(StepLayout layout) {
        if (!rule.compresses(layout.work().step())) {
            return together.reduce(layout);
        }
        Compression compression = engine.compression();
        PartReport part = engine.forwardBackward(layout.work(), compression.begin(layout.work()));
        Compression.RankNorms norms = compression.norms();
        ExactSum sum = new ExactSum();
        norms.norms().stream().filter(norm -> !norm.isNaN()).forEach(sum::add);
        return layout.report(part, sum, norms.nonFinite());
    }

    @Override
    public Measurement measure(int step, double clip) {
        if (!rule.compresses(step)) {
            return together.measure(step, clip);
        }
        Optional<BlockPlace> nonFinite = exchange(step, clip);
        if (!rule.measures() || nonFinite.isPresent()) {
            return new Measurement(TensorSquares.none(), List.of(), nonFinite);
        }
        return engine.measure(step, clip);
    }

    /** Momentum of all ranks becomes that of the update; gives a block that is not finite. */
    private Optional<BlockPlace> exchange(int step, double clip) {
        Compression compression = engine.compression();
        MomentumStep momentum = new MomentumStep(member, step, ranks.ranks(), compression);
        receiver.open(momentum);
        exchange.offerAgain();
        List<Integer> own = ranks.of(member.index());
        for (int unit = 0; unit < member.units(); unit++) {
            List<ByteBuffer> packed = compression.compress(unit, clip);
            for (int index = 0; index < own.size(); index++) {
                send(momentum, own.get(index), unit, packed.get(index));
            }
        }
        Optional<MomentumStep.Mean> mean = momentum.next(stop);
        while (mean.isPresent()) {
            publish(step, mean.get());
            mean = momentum.next(stop);
        }
        return momentum.nonFinite();
    }

    @Override
    public void apply(Update update) {
        together.apply(update);
    }

    @Override
    public int evaluate(int step, List<EvaluationDeal.Rows> deal, int batchRows) {
        return together.evaluate(step, deal, batchRows);
    }

    @Override
    public void close() {
        together.close();
    }

    /** What a rank has of a unit goes to the owners, the next worker first. */
    private void send(MomentumStep momentum, int rank, int unit, ByteBuffer packed) {
        for (int distance = 0; distance < member.workers(); distance++) {
            int owner = (member.index() + distance) % member.workers();
            for (PackedBlocks blocks : PackedBlocks.of(member.map().range(unit, owner))) {
                ByteBuffer part = blocks.slice(packed);
                if (owner == member.index()) {
                    momentum.ofRank(rank, blocks, part);
                } else {
                    send(owner, blocks.header(momentum.step(), Optional.of(rank)), part);
                }
            }
        }
    }

    private void publish(int step, MomentumStep.Mean mean) {
        RangeHeader header = mean.blocks().header(step, Optional.empty());
        for (int distance = 1; distance < member.workers(); distance++) {
            send((member.index() + distance) % member.workers(), header, mean.packed());
        }
    }

    private void send(int peer, RangeHeader header, ByteBuffer packed) {
        frame.clear().put(0, packed, 0, packed.limit()).limit(packed.limit());
        exchange.send(peer, header, frame, stop);
    }
}
