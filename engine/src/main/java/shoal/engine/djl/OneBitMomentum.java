package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shoal.engine.Compression;
import shoal.engine.GradientReport.BlockPlace;
import shoal.engine.GradientSink;
import shoal.engine.StepWork;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.plan.step.BlockNorms;
import shoal.plan.step.ExactSum;
import shoal.plan.step.SparseRows;
import shoal.recipe.Recipe;

/**
 * Momentum of ranks, compressed block by block (Tang et al. 2021, arXiv:2102.02888, algorithm 1):
 *
 * <pre>
 *   of each rank:   u = s (b1 m + (1 - b1) clip g) + worker error;  sent, worker error = pack(u)
 *   of each block:  u = sum over ranks of sent / ranks + server error;  s m, server error = pack(u)
 * </pre>
 *
 * <p>s is 1 but for OneBitLamb, which brings tensors to one size ({@link LambFreeze}).
 *
 * <p>Errors are kept twice, as they were and as they will be: a step that is never committed leaves
 * no trace. The memory of a rank's gradient becomes that of its error. Buffers are made when they
 * are first needed.
 */
final class OneBitMomentum implements Compression, StateKeeper, AutoCloseable {
    private static final int BLOCK = OneBitBlock.ELEMENTS;

    /** Blocks of a piece of work of a lane: about a millisecond. */
    private static final int PIECE_BLOCKS = 128;

    private final Recipe recipe;
    private final DjlEngine.Parts parts;
    private final ReducedGradient reduced;
    private final Optional<LambFreeze> freeze;
    private @Nullable OneBitBuffers buffers;

    /**
     * Nothing was left out yet.
     *
     * @param freeze scales momentum, where there is one
     */
    OneBitMomentum(
            Recipe recipe,
            DjlEngine.Parts parts,
            ReducedGradient reduced,
            Optional<LambFreeze> freeze) {
        this.freeze = requireNonNull(freeze, "freeze");
        this.recipe = requireNonNull(recipe, "recipe");
        this.parts = requireNonNull(parts, "parts");
        this.reduced = requireNonNull(reduced, "reduced");
    }

    @Override
    public GradientSink begin(StepWork work) {
        Map<Integer, Integer> rankOf = work.ranks(work.tree());
        buffers()
                .gradients()
                .forEach(
                        (rank, units) -> {
                            OneBitBuffers.zero(units.get(0));
                            if (!rankOf.containsValue(rank)) {
                                units.forEach(OneBitBuffers::zero);
                            }
                        });
        return new Sums(rankOf);
    }

    /** The sum of a rank is a part of the step's: its mean is so many times that. */
    private final class Sums implements GradientSink {
        private final Map<Integer, Integer> rankOf;
        private final float ranks = recipe.batch().ranks();

        Sums(Map<Integer, Integer> rankOf) {
            this.rankOf = rankOf;
        }

        @Override
        public void dense(int unit, int node, ByteBuffer values) {
            FloatBuffer from = floats(values);
            FloatBuffer to = gradient(unit, node);
            float[] block = new float[BLOCK];
            for (int at = 0; at < to.capacity(); at += BLOCK) {
                from.get(at, block);
                scale(block);
                to.put(at, block);
            }
        }

        @Override
        public void sparse(int unit, int node, SparseRows rows) {
            FloatBuffer to = gradient(unit, node);
            float[] values = rows.values().clone();
            scale(values);
            for (int row = 0; row < rows.rows(); row++) {
                to.put(rows.starts()[row], values, row * rows.width(), rows.width());
            }
        }

        private FloatBuffer gradient(int unit, int node) {
            int rank = requireNonNull(rankOf.get(node), "a sum of more or less than a rank");
            return OneBitBuffers.floats(ofRank(buffers().gradients(), rank).get(unit));
        }

        private void scale(float[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] *= ranks;
            }
        }
    }

    @Override
    public RankNorms norms() {
        List<Double> norms = new ArrayList<>();
        Optional<BlockPlace> nonFinite = Optional.empty();
        for (List<RangeBuffer> rank : buffers().gradients().values()) {
            double[][] squares = new double[rank.size()][];
            parts.lanes()
                    .forEach(
                            rank.size(),
                            unit -> squares[unit] = new BlockNorms().all(floats(rank.get(unit))));
            Optional<BlockPlace> here = nonFinite(squares);
            nonFinite = nonFinite.or(() -> here);
            norms.add(here.isPresent() ? Double.NaN : norm(squares));
        }
        return new RankNorms(norms, nonFinite);
    }

    private static double norm(double[][] squares) {
        ExactSum sum = new ExactSum();
        for (double[] unit : squares) {
            for (double block : unit) {
                sum.add(block);
            }
        }
        return StrictMath.sqrt(sum.value());
    }

    private Optional<BlockPlace> nonFinite(double[][] squares) {
        for (Unit unit : units()) {
            double[] blocks = squares[unit.index()];
            for (int block = 0; block < blocks.length; block++) {
                if (!Double.isFinite(blocks[block])) {
                    return Optional.of(new BlockPlace(unit.name(), block));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public List<ByteBuffer> compress(int unit, double clip) {
        List<ByteBuffer> packed = new ArrayList<>();
        int blocks = Math.toIntExact(units().get(unit).blocks());
        int pieces = (blocks + PIECE_BLOCKS - 1) / PIECE_BLOCKS;
        for (int rank : parts.model().holding().ranks()) {
            ByteBuffer all = OneBitBlock.room(blocks);
            packed.add(all);
            parts.lanes()
                    .forEach(
                            pieces,
                            piece -> {
                                int first = piece * PIECE_BLOCKS;
                                int end = Math.min(blocks, first + PIECE_BLOCKS);
                                compress(rank, unit, clip, all, first, end);
                            });
        }
        return packed;
    }

    private void compress(int rank, int unit, double clip, ByteBuffer packed, int first, int end) {
        FloatBuffer gradient = OneBitBuffers.floats(ofRank(buffers().gradients(), rank).get(unit));
        FloatBuffer error = OneBitBuffers.floats(ofRank(buffers().workerErrors(), rank).get(unit));
        Moment momentum = new Moment(StateKind.EXP_AVG, unit);
        Moment second = new Moment(StateKind.EXP_AVG_SQ, unit);
        float[] values = new float[BLOCK];
        float[] errors = new float[BLOCK];
        float[] scales = ones();
        float factor = (float) clip;
        float beta = (float) recipe.optimizer().beta1();
        float rest = (float) (1 - recipe.optimizer().beta1());
        for (int block = first; block < end; block++) {
            int at = block * BLOCK;
            gradient.get(at, values);
            error.get(at, errors);
            float[] moments = momentum.block(at);
            float[] seconds = second.block(at);
            scales(unit, at, scales);
            for (int i = 0; i < BLOCK; i++) {
                float own = beta * moments[i] + rest * (values[i] * factor);
                values[i] = own * scales[i] + errors[i];
            }
            OneBitBlock.compress(values, seconds, packed, block * OneBitBlock.BYTES);
            gradient.put(at, values);
        }
    }

    @Override
    public ByteBuffer average(int unit, long firstBlock, List<ByteBuffer> ranks) {
        int blocks = ranks.get(0).remaining() / OneBitBlock.BYTES;
        ByteBuffer packed = OneBitBlock.room(blocks);
        FloatBuffer before = floats(buffers().serverErrors().get(unit));
        FloatBuffer after = floats(buffers().nextServerErrors().get(unit));
        Moment second = new Moment(StateKind.EXP_AVG_SQ, unit);
        long owned = parts.model().holding().owned().get(unit).from();
        float[] values = new float[BLOCK];
        float[] errors = new float[BLOCK];
        float share = 1f / ranks.size();
        for (int block = 0; block < blocks; block++) {
            long element = (firstBlock + block) * BLOCK;
            int at = Math.toIntExact(element - owned);
            float[] seconds = second.block(element);
            before.get(at, errors);
            Arrays.fill(values, 0);
            for (ByteBuffer rank : ranks) {
                OneBitBlock.addTo(values, rank, block * OneBitBlock.BYTES, share);
            }
            for (int i = 0; i < BLOCK; i++) {
                values[i] += errors[i];
            }
            OneBitBlock.compress(values, seconds, packed, block * OneBitBlock.BYTES);
            after.put(at, values);
        }
        return packed;
    }

    @Override
    public void take(int unit, long firstBlock, ByteBuffer packed) {
        int blocks = packed.remaining() / OneBitBlock.BYTES;
        FloatBuffer momentum = floats(reduced.of(unit));
        Moment second = new Moment(StateKind.EXP_AVG_SQ, unit);
        float[] values = new float[BLOCK];
        float[] scales = ones();
        for (int block = 0; block < blocks; block++) {
            int at = Math.toIntExact((firstBlock + block) * BLOCK);
            float[] seconds = second.block(at);
            scales(unit, at, scales);
            Arrays.fill(values, 0);
            OneBitBlock.addTo(values, packed, block * OneBitBlock.BYTES, 1);
            for (int i = 0; i < BLOCK; i++) {
                values[i] = seconds[i] > 0 ? values[i] / scales[i] : 0;
            }
            momentum.put(at, values);
        }
    }

    private static float[] ones() {
        float[] ones = new float[BLOCK];
        Arrays.fill(ones, 1);
        return ones;
    }

    private void scales(int unit, long blockStart, float[] scales) {
        freeze.ifPresent(lamb -> lamb.scales(unit, blockStart, scales));
    }

    /** A moment of a unit, block by block, wherever it is kept. */
    private final class Moment {
        private final StateKind kind;
        private final int unit;
        private final float[] block = new float[BLOCK];
        private final ByteBuffer bytes =
                ByteBuffer.allocate(BLOCK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

        Moment(StateKind kind, int unit) {
            this.kind = kind;
            this.unit = unit;
        }

        /** The block that begins at an element, until the next one is asked for. */
        float[] block(long element) {
            parts.model().read(kind, unit, element, bytes.clear());
            bytes.flip().asFloatBuffer().get(block);
            return block;
        }
    }

    /** The step counts: what it left out is what the next one adds. */
    synchronized void keepErrors() {
        buffers = buffers().swapped();
    }

    @Override
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        error(kind, unit)
                .ifPresentOrElse(
                        buffer -> buffer.write(offsetElements, values),
                        () -> values.position(values.limit()));
    }

    @Override
    public void read(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        error(kind, unit)
                .orElseThrow(
                        () -> new IllegalArgumentException(kind + " is not kept by this worker"))
                .read(offsetElements, values);
    }

    @Override
    public void close() {
        if (buffers != null) {
            buffers.close();
        }
    }

    private Optional<RangeBuffer> error(StateKind kind, int unit) {
        if (kind.rank().isEmpty()) {
            return Optional.of(buffers().serverErrors().get(unit));
        }
        return Optional.ofNullable(buffers().workerErrors().get(kind.rank().getAsInt()))
                .map(units -> units.get(unit));
    }

    private synchronized OneBitBuffers buffers() {
        OneBitBuffers made = buffers;
        if (made == null) {
            made = parts.lanes().call(() -> OneBitBuffers.zeros(parts.kernel(), parts.model()));
            buffers = made;
        }
        return made;
    }

    private List<Unit> units() {
        return parts.model().table().units();
    }

    private static List<RangeBuffer> ofRank(Map<Integer, List<RangeBuffer>> ranks, int rank) {
        return requireNonNull(ranks.get(rank), "rank");
    }

    private static FloatBuffer floats(RangeBuffer buffer) {
        return floats(buffer.bytes());
    }

    private static FloatBuffer floats(ByteBuffer bytes) {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
