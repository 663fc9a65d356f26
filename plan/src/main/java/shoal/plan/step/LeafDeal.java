package shoal.plan.step;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import shoal.plan.shard.RankMap;
import shoal.recipe.Require;
import shoal.recipe.Sha256;

/**
 * The leaves of one step, in tree order, and which worker computes which: contiguous runs of nearly
 * equal cost.
 *
 * <p>Which leaves there are is part of the arithmetic; who computes them is schedule, and changes
 * no bit. Every process makes the same deal from the same plan, and proves it by {@link #hash}.
 *
 * <p>A cut through a node of the reduction tree costs another set of gradients, on the wire and in
 * memory. So, of the cuts within a fifth of a worker's share from the even one, the one that goes
 * through the fewest nodes is taken: with as many ranks as workers, that is between ranks.
 */
public final class LeafDeal {
    /** A cut may miss the even one by this part of a worker's share. */
    private static final int SHARE_PARTS = 5;

    private final List<PlannedLeaf> leaves;

    /** Worker w computes leaves {@code cuts[w]} to {@code cuts[w + 1] - 1}. */
    private final int[] cuts;

    private LeafDeal(List<PlannedLeaf> leaves, int workers) {
        this.leaves = List.copyOf(leaves);
        this.cuts = new int[workers + 1];
        cut();
    }

    private LeafDeal(List<PlannedLeaf> leaves, RankMap ranks) {
        this.leaves = leaves;
        this.cuts = new int[ranks.workers() + 1];
        for (PlannedLeaf leaf : leaves) {
            for (int worker = ranks.worker(leaf.rank()); worker < ranks.workers(); worker++) {
                cuts[worker + 1]++;
            }
        }
    }

    /**
     * Deals a step.
     *
     * @param batches of the step, by rank, then round
     * @param tokens of a row, by row number
     * @param slices wanted of each micro-batch, from the recipe
     * @param workers of the generation
     */
    public static LeafDeal of(
            List<MicroBatch> batches, IntUnaryOperator tokens, int slices, int workers) {
        requireNonNull(tokens, "tokens");
        Require.atLeast("batches.size", batches.size(), 1);
        Require.atLeast("workers", workers, 1);
        List<PlannedLeaf> leaves = new ArrayList<>();
        for (MicroBatch batch : batches) {
            slice(batch, tokens, slices, leaves);
        }
        return new LeafDeal(leaves, workers);
    }

    /** The same leaves, those of a rank all at the worker that has it. */
    public LeafDeal byRanks(int ranks) {
        return new LeafDeal(leaves, new RankMap(ranks, workers()));
    }

    /** All leaves, in the order of the tree: by rank, round, slice. */
    public List<PlannedLeaf> leaves() {
        return leaves;
    }

    public int workers() {
        return cuts.length - 1;
    }

    /** Index of a worker's first leaf. */
    public int from(int worker) {
        return cuts[worker];
    }

    /** Index of the leaf after a worker's last one; equals {@link #from} if it has none. */
    public int to(int worker) {
        return cuts[worker + 1];
    }

    /** A worker's leaves; none where there are fewer leaves than workers. */
    public List<PlannedLeaf> leavesOf(int worker) {
        return leaves.subList(from(worker), to(worker));
    }

    /** SHA-256 over every leaf's place and rows and over all cuts. */
    public byte[] hash() {
        MessageDigest digest = Sha256.digest();
        for (PlannedLeaf leaf : leaves) {
            ByteBuffer bytes = ByteBuffer.allocate((4 + leaf.rows().length) * Integer.BYTES);
            bytes.putInt(leaf.rank()).putInt(leaf.round()).putInt(leaf.slice());
            bytes.putInt(leaf.rows().length);
            for (int row : leaf.rows()) {
                bytes.putInt(row);
            }
            digest.update(bytes.array());
        }
        ByteBuffer ends = ByteBuffer.allocate(cuts.length * Integer.BYTES);
        for (int cut : cuts) {
            ends.putInt(cut);
        }
        return digest.digest(ends.array());
    }

    private static void slice(
            MicroBatch batch, IntUnaryOperator tokens, int slices, List<PlannedLeaf> leaves) {
        int[] counts = new int[batch.rows().length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = tokens.applyAsInt(batch.rows()[i]);
        }
        List<int[]> dealt = Deal.slices(counts, slices);
        for (int slice = 0; slice < dealt.size(); slice++) {
            int[] rows = new int[dealt.get(slice).length];
            long cost = 0;
            for (int i = 0; i < rows.length; i++) {
                int index = dealt.get(slice)[i];
                rows[i] = batch.rows()[index];
                cost = Math.addExact(cost, Deal.cost(counts[index]));
            }
            leaves.add(
                    new PlannedLeaf(
                            batch.rank(), batch.round(), slice, rows, batch.weight(), cost));
        }
    }

    private void cut() {
        long[] costUpTo = new long[leaves.size() + 1];
        for (int i = 0; i < leaves.size(); i++) {
            costUpTo[i + 1] = Math.addExact(costUpTo[i], leaves.get(i).cost());
        }
        int busy = Math.min(workers(), leaves.size());
        for (int worker = 1; worker <= workers(); worker++) {
            cuts[worker] =
                    worker < busy ? cut(costUpTo, cuts[worker - 1], worker, busy) : leaves.size();
        }
    }

    /** The best end of the leaves before this worker's that leaves one for each later worker. */
    private int cut(long[] costUpTo, int previous, int worker, int busy) {
        // Costs are scaled by the number of workers, so that shares are whole numbers.
        long even = Math.multiplyExact(costUpTo[leaves.size()], (long) worker);
        long tolerance = costUpTo[leaves.size()] / SHARE_PARTS;
        int latest = leaves.size() - (busy - worker);
        int best = previous + 1;
        for (int end = best + 1; end <= latest; end++) {
            long bestMiss = Math.abs(Math.multiplyExact(costUpTo[best], busy) - even);
            long miss = Math.abs(Math.multiplyExact(costUpTo[end], busy) - even);
            boolean near = miss <= tolerance;
            boolean bothNear = near && bestMiss <= tolerance;
            int fewer = bothNear ? Integer.compare(nodesCut(best), nodesCut(end)) : 0;
            if (fewer > 0 || (fewer == 0 && miss < bestMiss)) {
                best = end;
            }
        }
        return best;
    }

    /**
     * Grows with the number of inner nodes that a cut before this leaf goes through. Nodes of
     * {@link ReductionTree} split at multiples of powers of two, the outermost at the highest one.
     */
    private int nodesCut(int leaf) {
        PlannedLeaf left = leaves.get(leaf - 1);
        PlannedLeaf right = leaves.get(leaf);
        if (left.rank() != right.rank()) {
            return Integer.numberOfLeadingZeros(left.rank() ^ right.rank());
        }
        if (left.round() != right.round()) {
            return Integer.SIZE + Integer.numberOfLeadingZeros(left.round() ^ right.round());
        }
        return 2 * Integer.SIZE + Integer.numberOfLeadingZeros(left.slice() ^ right.slice());
    }
}
