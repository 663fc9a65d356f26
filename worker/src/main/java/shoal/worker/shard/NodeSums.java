package shoal.worker.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import shoal.engine.ElementRange;
import shoal.engine.GradientSink;
import shoal.plan.step.SparseRows;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.Kind;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.stop.StopSignal;

/**
 * Sends the sums that were computed here to the owners of their ranges, range by range; what is
 * owned here stays. Called from lanes, which wait for peers that have no room.
 */
record NodeSums(
        Member member, ShardOwner owner, StepReduction step, Exchange exchange, StopSignal stop)
        implements GradientSink {
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    @Override
    public void dense(int unit, int node, ByteBuffer values) {
        ByteBuffer little = values.order(ByteOrder.LITTLE_ENDIAN);
        for (int peer : others()) {
            ElementRange owned = member.owned(unit, peer);
            if (!owned.isEmpty()) {
                int from = Math.toIntExact(owned.from() * Float.BYTES);
                int size = Math.toIntExact(owned.size() * Float.BYTES);
                RangeHeader header =
                        header(Kind.GRADIENT_NODE, unit, node, owned.from(), owned.size());
                exchange.send(peer, header, slice(little, from, size), stop);
            }
        }
        owner.own(step, unit, node, little.asFloatBuffer());
    }

    @Override
    public void sparse(int unit, int node, SparseRows rows) {
        for (int peer : others()) {
            ElementRange updated = member.updated(unit, peer);
            long sent = 0;
            for (ByteBuffer frame : RowFrames.write(rows.touching(updated.from(), updated.to()))) {
                long words = frame.remaining() / Float.BYTES;
                RangeHeader header = header(Kind.EMBEDDING_ROWS, unit, node, sent, words);
                exchange.send(peer, header, frame, stop);
                sent += words;
            }
            exchange.send(peer, header(Kind.EMBEDDING_END, unit, node, sent, 0), NOTHING, stop);
        }
        ElementRange updated = member.updated(unit, member.index());
        step.addRows(node, rows.touching(updated.from(), updated.to()));
        step.endRows(node);
    }

    /** The other workers, from the next one on, so that not all send to the first one at once. */
    private List<Integer> others() {
        return IntStream.range(1, member.workers())
                .mapToObj(step -> (member.index() + step) % member.workers())
                .toList();
    }

    private RangeHeader header(Kind kind, int unit, int node, long from, long elements) {
        return new RangeHeader(
                kind,
                step.step(),
                step.step() - 1,
                unit,
                from,
                Math.toIntExact(elements),
                Optional.of(step.tree().run(node)));
    }

    private static ByteBuffer slice(ByteBuffer values, int from, int size) {
        return values.slice(from, size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
