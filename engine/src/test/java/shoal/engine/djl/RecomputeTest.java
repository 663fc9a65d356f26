package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.engine.GradientReport;
import shoal.engine.Leaf;
import shoal.engine.RowInput;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.GptConfig;
import shoal.model.Unit;
import shoal.recipe.Recipe;
import shoal.recipe.Sha256;

/** Layers that backward computes again from their inputs: the same bits, fewer activations. */
final class RecomputeTest {
    private static final int LAYERS = 4;
    private static final int HIDDEN = 16;
    private static final int INNER = 24;
    private static final int HEADS = 2;
    private static final GptConfig CONFIG =
            new GptConfig(50, 32, HIDDEN, LAYERS, HEADS, INNER, 3, 0, 1e-5, 0.02, 0.1, 0.1, 0.1);
    private static final List<RowInput> ROWS = Fixtures.rows(12, CONFIG, 7);
    private static final List<Leaf> LEAVES = Fixtures.leaves(0, 0, ROWS, 3);

    @Test
    void the_same_bits_with_dropout() {
        assertThat(train(true, 1)).isEqualTo(train(false, 1));
        assertThat(train(true, 2)).isEqualTo(train(false, 1));
    }

    @Test
    void all_layers_but_the_last_keep_their_input_alone() {
        long tokens = 0;
        long squares = 0;
        for (RowInput row : ROWS) {
            long length = row.ids().length;
            tokens += length;
            squares += length * length;
        }
        long layer = tokens * (8 * HIDDEN + 2 * INNER + 4) + HEADS * squares;

        assertThat(keptAtTheTop(false) - keptAtTheTop(true))
                .isEqualTo((LAYERS - 1) * (layer - tokens * HIDDEN));
    }

    /** Reports of three steps, and the hash of the parameters that they leave. */
    private static List<Object> train(boolean recomputes, int lanes) {
        try (DjlEngine engine = DjlEngine.open(CONFIG, recipe(recomputes), lanes)) {
            Fixtures.randomParameters(engine, 3);
            List<Object> outcome = new ArrayList<>();
            for (int step = 1; step <= 3; step++) {
                GradientReport report = engine.forwardBackward(new StepWork(step, LEAVES));
                engine.update(new Update(step, 1, 1e-2));
                outcome.add(report);
            }
            MessageDigest hash = Sha256.digest();
            for (Unit unit : engine.table().units()) {
                hash.update(Fixtures.bytes(Fixtures.parameterUnit(engine, unit)));
            }
            outcome.add(HexFormat.of().formatHex(hash.digest()));
            return outcome;
        }
    }

    /** Elements that exist when the one slice has passed the last layer. */
    private static long keptAtTheTop(boolean recomputes) {
        List<Long> kept = new ArrayList<>();
        DjlEngine[] engine = new DjlEngine[1];
        Lanes lanes =
                new Lanes(
                        1,
                        (idle, done) -> {
                            if (done[0] == LAYERS + 1) {
                                kept.add(elements(engine[0]));
                            }
                            return StageQueue.furthestBehind(idle, done);
                        });
        try (DjlEngine opened = DjlEngine.open(CONFIG, recipe(recomputes), lanes)) {
            engine[0] = opened;
            Fixtures.randomParameters(opened, 3);
            opened.forwardBackward(new StepWork(1, Fixtures.leaves(0, 0, ROWS, 1)));
        }
        assertThat(kept).hasSize(1);
        return kept.get(0);
    }

    private static long elements(DjlEngine engine) {
        return engine.parts().kernel().root().getManagedArrays().stream()
                .mapToLong(array -> array.size())
                .sum();
    }

    private static Recipe recipe(boolean recomputes) {
        Recipe plain = Fixtures.recipe(3, 0.1, Fixtures.ADAMW);
        return new Recipe(
                plain.batch(),
                plain.length(),
                plain.order(),
                plain.optimizer(),
                plain.schedule(),
                plain.labelSmoothing(),
                plain.evaluation(),
                plain.logging(),
                plain.saving(),
                plain.zero().recomputing(recomputes),
                plain.maxSequenceLength(),
                plain.labels(),
                plain.outputDirectory(),
                plain.notices());
    }
}
