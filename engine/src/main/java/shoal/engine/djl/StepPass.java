package shoal.engine.djl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import shoal.engine.GradientReport;
import shoal.engine.Leaf;
import shoal.engine.StepWork;

/** Forward and backward of one step: micro-batch after micro-batch. */
final class StepPass {
    /** A row's part of the loss. */
    private record RowLoss(int row, double weight, float loss) {}

    private final DjlEngine.Parts parts;
    private final StepWork work;
    private final List<PackedRows> packed = new ArrayList<>();

    /** Packs the rows; refuses rows that the model cannot read. */
    StepPass(DjlEngine.Parts parts, StepWork work) {
        this.parts = parts;
        this.work = work;
        for (Leaf leaf : work.leaves()) {
            packed.add(PackedRows.of(leaf.rows(), parts.model().config()));
        }
    }

    GradientReport run() {
        int longest = packed.stream().mapToInt(PackedRows::longest).max().orElseThrow();
        int tokens = packed.stream().mapToInt(PackedRows::tokens).reduce(0, Math::addExact);
        parts.lanes().run(() -> parts.kernel().reserveTokens(longest));
        StepContext context = new StepContext(parts, work.step(), SumTree.of(work.leaves()));
        List<RowLoss> losses = new ArrayList<>();
        for (List<Integer> microBatch : microBatches(work.leaves())) {
            List<SlicePass> passes = new ArrayList<>();
            for (int leaf : microBatch) {
                passes.add(new SlicePass(context, leaf, packed.get(leaf)));
            }
            parts.lanes().drain(passes, window(microBatch));
            passes.forEach(pass -> collect(pass, losses));
        }
        HeldGradient held = parts.held();
        return new GradientReport(total(losses), held.squaredNorm(), tokens, held.nonFinite());
    }

    /** Any number gives the same bits; this one asks for the least memory. */
    private int window(List<Integer> microBatch) {
        return SliceWindow.of(parts.model())
                .slices(microBatch.stream().map(packed::get).toList(), parts.lanes().count());
    }

    /** Indices of leaves, by rank and round in order. */
    private static List<List<Integer>> microBatches(List<Leaf> leaves) {
        List<List<Integer>> batches = new ArrayList<>();
        for (int index = 0; index < leaves.size(); index++) {
            boolean same =
                    index > 0
                            && leaves.get(index).rank() == leaves.get(index - 1).rank()
                            && leaves.get(index).round() == leaves.get(index - 1).round();
            if (!same) {
                batches.add(new ArrayList<>());
            }
            batches.get(batches.size() - 1).add(index);
        }
        return batches;
    }

    private static void collect(SlicePass pass, List<RowLoss> losses) {
        for (int i = 0; i < pass.rows().count(); i++) {
            losses.add(
                    new RowLoss(
                            pass.rows().rows().get(i).row(),
                            pass.rows().rows().get(i).weight(),
                            pass.losses()[i]));
        }
    }

    /** Added in row-number order, so that neither slices nor ranks matter. */
    private static double total(List<RowLoss> losses) {
        losses.sort(Comparator.comparingInt(RowLoss::row));
        double total = 0;
        for (RowLoss loss : losses) {
            total += loss.weight() * loss.loss();
        }
        return total;
    }
}
