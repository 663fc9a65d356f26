package shoal.plan.memory;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.Unit;
import shoal.plan.step.Deal;
import shoal.recipe.Recipe;
import shoal.recipe.Require;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.ZeroRecipe.Offload;

/**
 * Bytes that the busiest worker of a run holds in tensors at the peak of a step (docs/design.md,
 * sections 3 and 4).
 *
 * <p>Not counted: the process itself (Java heap, native libraries), data, and what an allocator
 * keeps for later.
 *
 * @param items one for each kind of use, zero where there is none
 */
public record MemoryEstimate(List<MemoryItem> items) {
    private static final long FLOAT_BYTES = 4;

    public MemoryEstimate {
        items = List.copyOf(items);
    }

    /**
     * The estimate for a run whose heaviest micro-batch has these rows.
     *
     * @param tokenCounts tokens of each row of that micro-batch
     */
    public static MemoryEstimate of(
            GptConfig config, Recipe recipe, WorkerShare share, int[] tokenCounts) {
        requireNonNull(config, "config");
        requireNonNull(share, "share");
        Require.atLeast("tokenCounts.length", tokenCounts.length, 1);
        return new Counter(config, recipe, share, tokenCounts).estimate();
    }

    /** The estimate for a micro-batch of rows as long as the recipe and the model allow. */
    public static MemoryEstimate upperBound(GptConfig config, Recipe recipe, WorkerShare share) {
        int[] tokenCounts = new int[recipe.batch().trainRowsPerDevice()];
        Arrays.fill(tokenCounts, Math.min(recipe.maxSequenceLength(), config.positions()));
        return of(config, recipe, share, tokenCounts);
    }

    public long totalBytes() {
        return items.stream().mapToLong(MemoryItem::sizeBytes).reduce(0, Math::addExact);
    }

    private static final class Counter {
        private final WorkerShare share;
        private final ZeroRecipe zero;
        private final List<Unit> units;
        private final ActivationCount activations;
        private final int[] tokenCounts;
        private final List<int[]> slices;

        /** Whether momentum of ranks is compressed. */
        private final boolean compresses;

        /** Whether a second moment goes on beside the frozen one. */
        private final boolean freezes;

        /** Logical ranks of the busiest worker. */
        private final int ranks;

        /** Micro-batches that the busiest worker computes one after the other in a step. */
        private final int groups;

        Counter(GptConfig config, Recipe recipe, WorkerShare share, int[] tokenCounts) {
            this.share = share;
            this.zero = recipe.zero();
            this.units = ParameterTable.of(config).units();
            this.activations = new ActivationCount(config);
            this.tokenCounts = tokenCounts;
            this.slices = Deal.slices(tokenCounts, recipe.batch().slices());
            this.compresses = recipe.optimizer().rule().compressesLater();
            this.freezes = recipe.optimizer().rule().freezesRatios();
            this.ranks = (recipe.batch().ranks() + share.workers() - 1) / share.workers();
            this.groups = Math.multiplyExact(ranks, recipe.batch().accumulation());
        }

        MemoryEstimate estimate() {
            List<MemoryItem> items = new ArrayList<>();
            items.addAll(List.of(parameters(), gradients(), moments()));
            if (compresses) {
                items.add(errors());
            }
            items.addAll(List.of(kept(), workingSpace()));
            return new MemoryEstimate(items);
        }

        /** As they were and as they will be, of each rank and of the owned blocks. */
        private MemoryItem errors() {
            long ofRanks = Math.multiplyExact(allElements(), ranks);
            return item(
                    "compression errors",
                    Math.multiplyExact(2, Math.addExact(ofRanks, shardElements())),
                    "after the freeze: two per parameter of each of " + ranks + " rank(s)");
        }

        private MemoryItem parameters() {
            if (zero.stage() < 3) {
                return item("parameters", allElements(), "every worker holds all");
            }
            boolean filed = zero.parameters() == Offload.NVME;
            return item(
                    "parameters",
                    Math.addExact(filed ? 0 : shardElements(), 2 * largestUnit()),
                    filed
                            ? "stage 3: two units; a share of all in a file"
                            : "stage 3: a share of all, and two units");
        }

        private MemoryItem gradients() {
            // Slices of a unit on their way: one in each lane, and the tree's partial sums.
            int inFlight = Math.min(share.lanes(), slices.size()) + treeNodes(slices.size());
            long slicesOfAUnit = Math.multiplyExact(largestLayer(), inFlight);
            if (zero.stage() < 2) {
                long sets = Math.multiplyExact(allElements(), treeNodes(groups));
                return item(
                        "gradients",
                        Math.addExact(sets, slicesOfAUnit),
                        treeNodes(groups) + " whole set(s), and one layer's slices");
            }
            return item(
                    "gradients",
                    Math.addExact(shardElements(), slicesOfAUnit),
                    "stage " + zero.stage() + ": a share of all, and one layer's slices");
        }

        private MemoryItem moments() {
            long one = zero.stage() == 0 ? allElements() : shardElements();
            boolean filed = zero.optimizer() == Offload.NVME;
            return item(
                    "moments",
                    Math.addExact(
                            filed ? 0 : Math.multiplyExact(2, one), freezes ? shardElements() : 0),
                    "two per parameter, "
                            + (zero.stage() == 0 ? "all of them" : "a share of all")
                            + (filed ? ", in a file" : "")
                            + (freezes ? ", and a share of one beside the freeze" : ""));
        }

        private MemoryItem kept() {
            boolean together = zero.stage() >= 2 && groups > 1;
            int microBatches = together ? groups : 1;
            boolean recomputes = together || zero.recomputes();
            return item(
                    "activations",
                    recomputes
                            ? activations.inputsAndOneLayer(tokenCounts, microBatches)
                            : activations.keptByAllLayers(tokenCounts),
                    recomputes
                            ? "each layer's input of "
                                    + microBatches
                                    + " micro-batch(es), and one layer"
                            : "one micro-batch, all layers, without padding");
        }

        /** The lanes' temporaries: as many of the largest slices as there are lanes. */
        private MemoryItem workingSpace() {
            long elements =
                    slices.stream()
                            .map(this::tokensOf)
                            .map(activations::workingSpace)
                            .sorted(Comparator.reverseOrder())
                            .limit(share.lanes())
                            .reduce(0L, Math::addExact);
            return item("working space", elements, "backward of one layer and masks, per lane");
        }

        private int[] tokensOf(int[] slice) {
            return IntStream.of(slice).map(i -> tokenCounts[i]).toArray();
        }

        private long allElements() {
            return units.stream().mapToLong(Unit::sizeElements).reduce(0, Math::addExact);
        }

        /** The largest share of every unit, in whole blocks. */
        private long shardElements() {
            return units.stream()
                    .mapToLong(
                            unit -> {
                                long blocks = unit.blocks();
                                long most = (blocks + share.workers() - 1) / share.workers();
                                return most * (unit.sizeElements() / blocks);
                            })
                    .reduce(0, Math::addExact);
        }

        private long largestUnit() {
            return units.stream().mapToLong(Unit::sizeElements).max().orElseThrow();
        }

        /** Of the units whose gradient is dense from the start: all but the embeddings. */
        private long largestLayer() {
            return units.stream().skip(1).mapToLong(Unit::sizeElements).max().orElseThrow();
        }

        /** Partial sums that a tree of so many leaves holds at most. */
        private static int treeNodes(int leaves) {
            return Integer.SIZE - Integer.numberOfLeadingZeros(leaves);
        }

        private static MemoryItem item(String name, long elements, String reason) {
            return new MemoryItem(name, Math.multiplyExact(FLOAT_BYTES, elements), reason);
        }
    }
}
