package shoal.engine.djl;

import java.util.ArrayList;
import java.util.List;
import shoal.engine.Leaf;
import shoal.engine.PartReport;
import shoal.engine.RowLoss;
import shoal.engine.StepWork;

/** Forward and backward of one step: micro-batch after micro-batch. */
final class StepPass {
    private final DjlEngine.Parts parts;
    private final StepWork work;
    private final boolean recomputes;
    private final List<PackedRows> packed = new ArrayList<>();

    /**
     * Packs the rows; refuses rows that the model cannot read.
     *
     * @param recomputes whether layers are computed again in backward even where all could be kept
     */
    StepPass(DjlEngine.Parts parts, StepWork work, boolean recomputes) {
        this.parts = parts;
        this.work = work;
        this.recomputes = recomputes;
        for (Leaf leaf : work.ownLeaves()) {
            packed.add(PackedRows.of(leaf.rows(), parts.model().config()));
        }
    }

    /** Computes the leaves that are this engine's. */
    PartReport run(GradientTarget target) {
        int longest = packed.stream().mapToInt(PackedRows::longest).max().orElse(1);
        int tokens = packed.stream().mapToInt(PackedRows::tokens).reduce(0, Math::addExact);
        parts.lanes().run(() -> parts.kernel().reserveTokens(longest));
        List<List<Integer>> groups = groups();
        StepContext context = new StepContext(parts, work, target, inputsOnly(groups));
        List<RowLoss> losses = new ArrayList<>();
        for (List<Integer> group : groups) {
            List<SlicePass> passes = new ArrayList<>();
            for (int own : group) {
                passes.add(new SlicePass(context, work.from() + own, packed.get(own)));
            }
            parts.model().planTraining(parts.lanes(), passes.size());
            parts.lanes().drain(passes, window(group));
            passes.forEach(pass -> collect(pass, losses));
        }
        return new PartReport(losses, tokens);
    }

    /**
     * Leaves that pass the units together: micro-batch after micro-batch; all at once in stages 2
     * and 3, so that a unit is gathered once on the way up and once on the way down, and its
     * gradient is gone before the next one's comes (docs/design.md, section 4).
     */
    private List<List<Integer>> groups() {
        boolean together = parts.model().holding().stage() >= 2;
        List<List<Integer>> microBatches = microBatches(work.ownLeaves());
        return together && microBatches.size() > 1
                ? List.of(microBatches.stream().flatMap(List::stream).toList())
                : microBatches;
    }

    /** Activations of several micro-batches at a time would be too many. */
    private boolean inputsOnly(List<List<Integer>> groups) {
        return recomputes || groups.size() < microBatches(work.ownLeaves()).size();
    }

    /**
     * Any number gives the same bits; this one asks for the least memory. Stages 2 and 3 take all:
     * units are passed once.
     */
    private int window(List<Integer> group) {
        if (parts.model().holding().stage() >= 2) {
            return group.size();
        }
        return SliceWindow.of(parts.model(), recomputes)
                .slices(group.stream().map(packed::get).toList(), parts.lanes().count());
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
}
