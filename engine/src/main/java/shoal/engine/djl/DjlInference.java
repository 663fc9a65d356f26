package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import shoal.engine.InferenceEngine;
import shoal.engine.RowInput;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.recipe.Require;

/**
 * {@link InferenceEngine} on libtorch, through DJL, on the CPU.
 *
 * <p>Each row is a product of its own: what a library does with other rows of a matrix cannot touch
 * it. That costs little, since a text fills the products: 16 rows of a matrix reach 60 % of the
 * peak, 64 reach 90 %.
 */
public final class DjlInference implements InferenceEngine {
    private final Lanes lanes;
    private final Kernel kernel;
    private final Model model;
    private final DropoutMask none;
    private boolean closed;

    /** On a lane. */
    private DjlInference(Lanes lanes, GptConfig config) {
        this.lanes = lanes;
        this.kernel = new Kernel(config, 0);
        this.model = Model.withoutMoments(kernel, config);
        this.none = new DropoutMask(kernel.zeros(1), false, false);
    }

    /**
     * Loads libtorch and makes an engine with all parameters zero.
     *
     * @param laneCount rows computed at a time; never changes a result
     */
    public static DjlInference open(GptConfig config, int laneCount) {
        requireNonNull(config, "config");
        Require.atLeast("laneCount", laneCount, 1);
        Lanes lanes = new Lanes(laneCount);
        try {
            return lanes.call(() -> new DjlInference(lanes, config));
        } catch (RuntimeException | Error e) {
            lanes.close();
            throw e;
        }
    }

    @Override
    public ParameterTable table() {
        return model.table();
    }

    @Override
    public void write(int unit, long offsetElements, ByteBuffer values) {
        model.write(StateKind.PARAMETER, unit, offsetElements, values);
    }

    @Override
    public List<float[]> logits(List<int[]> rows) {
        float[][] logits = new float[rows.size()][];
        List<RowPass> passes = new ArrayList<>();
        for (int place = 0; place < rows.size(); place++) {
            // Labels and weights are of the loss, which nobody reads.
            RowInput row = new RowInput(place, rows.get(place), 0, 0);
            passes.add(new RowPass(PackedRows.of(List.of(row), model.config()), place, logits));
        }
        if (passes.isEmpty()) {
            return List.of();
        }
        // Longest first, so that lanes end together.
        passes.sort(Comparator.comparingInt((RowPass pass) -> pass.row.tokens()).reversed());
        int longest = passes.get(0).row.tokens();
        lanes.run(() -> kernel.reserveTokens(longest));
        lanes.drain(passes);
        return List.of(logits);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        lanes.run(
                () -> {
                    model.close(); // its lists of tensors keep the memory, whoever closes tensors
                    kernel.close();
                });
        lanes.close();
    }

    /** One row through all units. */
    private final class RowPass implements Staged {
        private final PackedRows row;
        private final int place;
        private final float[][] logits;

        RowPass(PackedRows row, int place, float[][] logits) {
            this.row = row;
            this.place = place;
            this.logits = logits;
        }

        @Override
        public int stages() {
            return 1;
        }

        @Override
        public void advance() {
            try (Forward forward = new Forward(kernel, model, row)) {
                forward.embed(none);
                for (int layer = 0; layer < model.config().layers(); layer++) {
                    forward.layer(layer, none);
                    forward.forget(layer);
                }
                PtNDArray[] head = forward.head();
                logits[place] = head[1].toFloatArray();
            }
        }
    }
}
