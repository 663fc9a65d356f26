package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import shoal.plan.shard.RankMap;
import shoal.plan.step.ReductionTree.Node;
import shoal.worker.exchange.Kind;
import shoal.worker.exchange.PeerLostException;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.exchange.Receiver;
import shoal.worker.exchange.Trouble;

/**
 * Takes packed momentum of one step at a time, and leaves all else to another receiver. What comes
 * before its step is open waits at its sender.
 */
final class MomentumReceiver implements Receiver {
    private final Member member;
    private final RankMap ranks;
    private final Receiver others;
    private volatile Optional<MomentumStep> opened = Optional.empty();
    private volatile Optional<RuntimeException> failure = Optional.empty();

    MomentumReceiver(Member member, RankMap ranks, Receiver others) {
        this.member = requireNonNull(member, "member");
        this.ranks = requireNonNull(ranks, "ranks");
        this.others = requireNonNull(others, "others");
    }

    /** Takes momentum of a step from now on. */
    void open(MomentumStep step) {
        opened = Optional.of(step);
        failure.ifPresent(step::fail);
    }

    @Override
    public Optional<String> refusal(int from, RangeHeader range) {
        return switch (range.kind()) {
            case MOMENTUM_BITS -> problem(range).or(() -> notOfRank(from, range));
            case MEAN_BITS -> problem(range).or(() -> notOwned(from, range));
            case GRADIENT_NODE, EMBEDDING_ROWS, EMBEDDING_END, REDUCED_GRADIENT, PARAMETERS ->
                    others.refusal(from, range);
        };
    }

    @Override
    public Answer arrived(int from, RangeHeader range, ByteBuffer values) {
        if (range.kind() != Kind.MOMENTUM_BITS && range.kind() != Kind.MEAN_BITS) {
            return others.arrived(from, range, values);
        }
        Optional<MomentumStep> now = opened.filter(step -> step.step() == range.step());
        if (now.isEmpty()) {
            return Answer.LATER;
        }
        ByteBuffer packed = values.slice().order(ByteOrder.LITTLE_ENDIAN);
        PackedBlocks blocks = PackedBlocks.of(range);
        if (range.kind() == Kind.MOMENTUM_BITS) {
            now.get().ofRank(range.node().orElseThrow().from(), blocks, packed);
        } else {
            now.get().take(blocks, packed);
        }
        return Answer.TAKEN;
    }

    @Override
    public void trouble(Trouble trouble) {
        others.trouble(trouble);
        if (ShardOwner.endsStep(trouble)) {
            RuntimeException why = new PeerLostException(trouble.peer(), trouble.toString());
            failure = Optional.of(why);
            opened.ifPresent(step -> step.fail(why));
        }
    }

    private Optional<String> problem(RangeHeader range) {
        if (range.unit() >= member.units()) {
            return Optional.of("the model has " + member.units() + " units");
        }
        int step = opened.map(MomentumStep::step).orElse(0);
        return range.step() < step
                ? Optional.of("this worker is at step " + step)
                : Optional.empty();
    }

    private Optional<String> notOfRank(int from, RangeHeader range) {
        Node rank = range.node().orElseThrow();
        boolean one = rank.to() == rank.from() + 1 && rank.to() <= ranks.ranks();
        if (!one || ranks.worker(rank.from()) != from) {
            return Optional.of("that worker has no such rank");
        }
        return PackedBlocks.isPart(range, member.map().range(range.unit(), member.index()))
                ? Optional.empty()
                : Optional.of("no part of what is owned here");
    }

    private Optional<String> notOwned(int from, RangeHeader range) {
        return PackedBlocks.isPart(range, member.map().range(range.unit(), from))
                ? Optional.empty()
                : Optional.of("no part of what that worker owns");
    }
}
