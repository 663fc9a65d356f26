package shoal.engine.djl;

import java.util.Comparator;
import java.util.List;
import shoal.model.GptConfig;
import shoal.recipe.Require;

/**
 * How many slices of a micro-batch are on their way at a time: schedule, so never a bit.
 *
 * <p>A slice on its way keeps its activations; slices that have passed leave gradients of all
 * layers, which wait for their siblings in the reduction tree. Many slices at a time cost the
 * former, few cost the latter; which is less depends on the model and the rows.
 */
final class SliceWindow {
    private final GptConfig config;
    private final long layerElements;
    private final boolean inputsOnly;

    /**
     * The window of a model all of whose parameters are here.
     *
     * @param inputsOnly as {@link Forward} has it
     */
    static SliceWindow of(Model model, boolean inputsOnly) {
        GptConfig config = model.config();
        long layer = model.table().units().get(Model.unitOfLayer(0)).sizeElements();
        return new SliceWindow(config, layer, inputsOnly);
    }

    /**
     * A window for one model.
     *
     * @param layerElements size of a layer's unit
     * @param inputsOnly as {@link Forward} has it
     */
    SliceWindow(GptConfig config, long layerElements, boolean inputsOnly) {
        this.config = config;
        this.layerElements = layerElements;
        this.inputsOnly = inputsOnly;
    }

    /** The number that keeps least, of those that leave every lane work. */
    int slices(List<PackedRows> slices, int lanes) {
        Require.atLeast("slices", slices.size(), 1);
        int best = slices.size();
        for (int window = slices.size() - 1; window >= lanes; window--) {
            if (elements(slices, window, lanes) < elements(slices, best, lanes)) {
                best = window;
            }
        }
        return best;
    }

    /** Floats kept at most with so many slices at a time, and at the end as {@link Lanes} says. */
    private long elements(List<PackedRows> slices, int window, int lanes) {
        long activations =
                slices.stream()
                        .map(this::activations)
                        .sorted(Comparator.reverseOrder())
                        .limit(window + lanes - 1)
                        .mapToLong(Long::longValue)
                        .sum();
        int groups = (slices.size() + window - 1) / window;
        int waiting = Integer.SIZE - Integer.numberOfLeadingZeros(groups - 1); // nodes of the tree
        return activations + (long) waiting * config.layers() * layerElements;
    }

    /**
     * Floats that {@code kernel.py} keeps of a slice: of a layer x, h, a and their like in the MLP
     * (x, h), qkv, u and f for each token, and attention; of the last layer x, h and kv. Layers
     * that are computed again, one in each lane, do not depend on the window.
     */
    private long activations(PackedRows rows) {
        long last = rows.tokens() * 4L * config.hidden();
        if (inputsOnly) {
            return (config.layers() - 1) * ((long) rows.tokens() * config.hidden()) + last;
        }
        long attention = 0;
        for (int row = 0; row < rows.count(); row++) {
            attention += (long) config.heads() * rows.tokens(row) * rows.tokens(row);
        }
        long layer = rows.tokens() * (8L * config.hidden() + 2L * config.inner()) + attention;
        return (config.layers() - 1) * layer + last;
    }
}
