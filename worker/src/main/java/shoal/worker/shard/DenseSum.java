package shoal.worker.shard;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.engine.ElementRange;
import shoal.plan.step.BlockNorms;
import shoal.plan.step.SumTree;
import shoal.plan.step.TreeSum;
import shoal.recipe.Limits;
import shoal.worker.exchange.RangeHeader;

/**
 * One step's gradient of the range that a worker owns of a layer or the head: added in the order of
 * the reduction tree as sums of its nodes come, piece by piece, in any order, from any thread.
 *
 * <p>The first of two siblings is kept in the place of the result where that is free, else aside;
 * so two workers need no memory besides the result's.
 */
final class DenseSum {
    private final ElementRange range;
    private final List<Piece> pieces = new ArrayList<>();
    private final double[] norms;
    private int piecesLeft; // guarded by this

    /**
     * A sum of all leaves.
     *
     * @param range elements of the unit that are added, whole blocks
     * @param result takes the sum; as long as the range
     */
    DenseSum(SumTree tree, ElementRange range, FloatBuffer result) {
        this.range = range;
        this.norms = new double[Math.toIntExact(range.size() / Limits.BLOCK_ELEMENTS)];
        int size = Math.toIntExact(range.size());
        for (int at = 0; at < size; at += RangeHeader.PIECE_ELEMENTS) {
            int length = Math.min(RangeHeader.PIECE_ELEMENTS, size - at);
            pieces.add(new Piece(tree, result.slice(at, length)));
        }
        this.piecesLeft = pieces.size();
    }

    /** Whether elements of the unit are one or more whole pieces of the range. */
    boolean isPieces(long offsetElements, int elements) {
        long at = offsetElements - range.from();
        long end = at + elements;
        return elements > 0
                && at >= 0
                && at % RangeHeader.PIECE_ELEMENTS == 0
                && end <= range.size()
                && (end % RangeHeader.PIECE_ELEMENTS == 0 || end == range.size());
    }

    /**
     * Takes one piece of a node's sum.
     *
     * @param values read before this returns
     * @return whether this was the last one that the range needed
     */
    boolean add(int node, long offsetElements, FloatBuffer values) {
        int index = index(offsetElements);
        return pieces.get(index).add(node, values) && finish(index);
    }

    /** Squared norms of the range's blocks; once all of it is there. */
    double[] norms() {
        return norms;
    }

    private int index(long offsetElements) {
        return (int) ((offsetElements - range.from()) / RangeHeader.PIECE_ELEMENTS);
    }

    private boolean finish(int index) {
        double[] squared = new BlockNorms().all(pieces.get(index).result);
        int blocks = RangeHeader.PIECE_ELEMENTS / Limits.BLOCK_ELEMENTS;
        synchronized (this) {
            System.arraycopy(squared, 0, norms, index * blocks, squared.length);
            piecesLeft--;
            return piecesLeft == 0;
        }
    }

    /** Where the values of a sum on its way are. */
    private enum Place {
        /** With the caller, until it gets control back. */
        LENT,
        ASIDE,
        RESULT
    }

    private record Part(FloatBuffer values, Place place) {}

    private static final class Piece {
        private final FloatBuffer result;
        private final TreeSum<Part> sum;
        private boolean resultUsed; // guarded by the sum's lock

        Piece(SumTree tree, FloatBuffer result) {
            this.result = result;
            this.sum = new TreeSum<>(tree, List.of(tree.root()), this::sum, this::keep);
        }

        boolean add(int node, FloatBuffer values) {
            Optional<TreeSum.Sum<Part>> total = sum.offer(node, new Part(values, Place.LENT));
            total.map(TreeSum.Sum::value)
                    .filter(part -> part.place != Place.RESULT)
                    .ifPresent(part -> result.put(0, part.values, 0, result.capacity()));
            return total.isPresent();
        }

        /** Has the same bits whichever of the two is added to. */
        private Part sum(Part left, Part right) {
            boolean intoLeft = left.place.compareTo(right.place) > 0;
            Part sum = intoLeft ? left : right;
            addTo(sum.values, intoLeft ? right.values : left.values);
            return sum;
        }

        private Part keep(Part part) {
            if (part.place != Place.LENT) {
                return part;
            }
            Place place = resultUsed ? Place.ASIDE : Place.RESULT;
            FloatBuffer kept = resultUsed ? FloatBuffer.allocate(result.capacity()) : result;
            resultUsed = true;
            kept.put(0, part.values, 0, result.capacity());
            return new Part(kept, place);
        }

        private static void addTo(FloatBuffer sums, FloatBuffer terms) {
            for (int i = 0; i < sums.capacity(); i++) {
                sums.put(i, sums.get(i) + terms.get(i));
            }
        }
    }
}
