package shoal.worker.exchange;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import shoal.plan.step.ReductionTree.Node;
import shoal.recipe.Sha256;
import shoal.wire.FrameHeader;
import shoal.wire.TensorFrame;

/** Frames of one (run, generation): what their numbers mean. */
final class Frames {
    /**
     * The other side is ready; the sequence is the place that it reads besides the stream. Sent on
     * every stream of the track.
     */
    static final int OPENED = 0;

    /**
     * A sign of life: the sequence says how many pieces and marks were sent before it, the offset
     * how many of the other direction were taken. So it shows if a frame is missing without which
     * nothing more would come.
     */
    static final int HEARTBEAT = 1;

    /** The sequence says how many pieces and marks of this direction were taken so far. */
    static final int TAKEN = 2;

    /** The mark of a barrier; counts as a piece. */
    static final int BARRIER = 3;

    private final long run;
    private final long generation;

    Frames(String run, long generation) {
        byte[] digest = Sha256.digest().digest(run.getBytes(StandardCharsets.UTF_8));
        this.run = ByteBuffer.wrap(digest).getLong();
        this.generation = generation;
    }

    /** Whether a frame is about the stream itself; these are not sent again when it is cut. */
    static boolean isControl(int kind) {
        return kind == OPENED || kind == HEARTBEAT || kind == TAKEN;
    }

    /** A frame that carries no values. */
    TensorFrame control(int kind, long sequence) {
        return TensorFrame.toSend(
                new FrameHeader(
                        kind, FrameHeader.BEHIND, run, generation, 0, 0, 0, 0, 0, 0, 0, sequence));
    }

    /** A sign of life. */
    TensorFrame heartbeat(long sent, long taken) {
        return TensorFrame.toSend(
                new FrameHeader(
                        HEARTBEAT,
                        FrameHeader.BEHIND,
                        run,
                        generation,
                        0,
                        0,
                        0,
                        0,
                        taken,
                        0,
                        0,
                        sent));
    }

    /** The header of a range; the sequence counts what was sent before. */
    FrameHeader header(RangeHeader range, int place, long sequence) {
        return new FrameHeader(
                code(range.kind()),
                place,
                run,
                generation,
                range.step(),
                range.version(),
                range.unit(),
                range.elements(),
                range.offsetElements(),
                range.node().map(Node::from).orElse(0),
                range.node().map(Node::to).orElse(0),
                sequence);
    }

    boolean current(FrameHeader header) {
        return header.run() == run && header.generation() == generation;
    }

    /**
     * The range of a header; nothing is allocated for its sizes.
     *
     * @throws IllegalArgumentException if it cannot be one
     */
    static RangeHeader range(FrameHeader header) {
        Optional<Node> node =
                header.nodeTo() == 0
                        ? Optional.empty()
                        : Optional.of(new Node(header.nodeFrom(), header.nodeTo()));
        return new RangeHeader(
                kind(header.kind()),
                header.step(),
                header.version(),
                header.unit(),
                header.offsetElements(),
                header.elements(),
                node);
    }

    private static int code(Kind kind) {
        return switch (kind) {
            case GRADIENT_NODE -> 16;
            case EMBEDDING_ROWS -> 17;
            case EMBEDDING_END -> 18;
            case REDUCED_GRADIENT -> 19;
            case PARAMETERS -> 20;
            case MOMENTUM_BITS -> 21;
            case MEAN_BITS -> 22;
        };
    }

    private static Kind kind(int code) {
        return switch (code) {
            case 16 -> Kind.GRADIENT_NODE;
            case 17 -> Kind.EMBEDDING_ROWS;
            case 18 -> Kind.EMBEDDING_END;
            case 19 -> Kind.REDUCED_GRADIENT;
            case 20 -> Kind.PARAMETERS;
            case 21 -> Kind.MOMENTUM_BITS;
            case 22 -> Kind.MEAN_BITS;
            default -> throw new IllegalArgumentException("a frame of kind " + code);
        };
    }
}
