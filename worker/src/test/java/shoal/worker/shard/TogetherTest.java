package shoal.worker.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static shoal.recipe.ZeroRecipe.Offload.DEVICE;
import static shoal.recipe.ZeroRecipe.Offload.NVME;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.GptConfig;
import shoal.model.dataset.TokenTable;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.LossScaling;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.PrecisionRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.UpdateRule;
import shoal.recipe.ZeroRecipe;
import shoal.worker.Rows;
import shoal.worker.shard.Team.Outcome;

/**
 * A run's bits do not depend on how many workers compute it, nor on the ZeRO stage: real engines,
 * dropout, four ranks, two rounds, a short batch at the end of the first epoch.
 */
@Timeout(600)
final class TogetherTest {
    private static final int STEPS = 5;

    /** Three steps an epoch, of 48, 48 and 23 rows. */
    private static final TokenTable ROWS = Rows.table(219);

    static final OptimizerRecipe ADAMW = new OptimizerRecipe(1e-2, 0.9, 0.999, 1e-8, 0.01, 1);

    /** Its blocks hold parts of several tensors, and its tensors lie in several blocks. */
    private static final OptimizerRecipe LAMB =
            ADAMW.decayingAll().with(new UpdateRule.Lamb(true, 10, 0.01, false));

    /** Gradients for two steps, then bits of momentum: of all ranks, and in step 3 of three. */
    private static final OptimizerRecipe ONE_BIT =
            ADAMW.decayingAll().with(new UpdateRule.OneBitAdam(2));

    /** The same, with factors that the second moment soon moves to their bounds. */
    private static final OptimizerRecipe ONE_BIT_LAMB =
            new OptimizerRecipe(1e-2, 0.9, 0.9, 1e-8, 0.01, 1)
                    .decayingAll()
                    .with(
                            new UpdateRule.OneBitLamb(
                                    2,
                                    new UpdateRule.Lamb(false, 10, 0.01, false),
                                    0.5,
                                    new UpdateRule.Factors(4, 0.5, 0.04)));

    private static final ZeroRecipe IN_MEMORY = ZeroRecipe.none();

    @TempDir private Path folder;

    private static Outcome alone = new Outcome(List.of(), "", List.of());
    private static Outcome aloneWithLamb = alone;
    private static Outcome aloneWithOneBit = alone;
    private static Outcome aloneWithOneBitLamb = alone;

    /**
     * A cluster.
     *
     * @param windowPieces pieces that wait at most between two workers
     */
    private record Shape(int workers, int stage, int lanes, int windowPieces) {}

    @BeforeAll
    static void train_alone() throws Exception {
        try (Team team = Team.alone(config(), recipe(IN_MEMORY, ADAMW), ROWS, 2)) {
            alone = team.train(STEPS);
        }
        try (Team team = Team.alone(config(), recipe(IN_MEMORY, LAMB), ROWS, 2)) {
            aloneWithLamb = team.train(STEPS);
        }
        try (Team team = Team.of(config(), recipe(IN_MEMORY, ONE_BIT), ROWS, 1, 2, 4)) {
            aloneWithOneBit = team.train(STEPS);
        }
        try (Team team = Team.of(config(), recipe(IN_MEMORY, ONE_BIT_LAMB), ROWS, 1, 2, 4)) {
            aloneWithOneBitLamb = team.train(STEPS);
        }
    }

    @TestFactory
    Stream<DynamicTest> some_clusters_give_the_bytes_of_one_worker() {
        return Stream.of(
                        new Shape(1, 0, 1, 4),
                        new Shape(2, 0, 1, 4),
                        new Shape(3, 0, 2, 1),
                        new Shape(2, 1, 1, 4),
                        new Shape(4, 2, 1, 4),
                        new Shape(2, 3, 2, 4),
                        new Shape(3, 3, 1, 1),
                        new Shape(4, 3, 1, 2))
                .map(shape -> sameBytes(shape, ADAMW));
    }

    @TestFactory
    Stream<DynamicTest> some_clusters_give_the_bytes_of_one_worker_with_lamb_too() {
        return Stream.of(
                        new Shape(1, 0, 3, 4),
                        new Shape(3, 0, 1, 1),
                        new Shape(2, 1, 2, 4),
                        new Shape(3, 2, 1, 4),
                        new Shape(4, 3, 1, 2))
                .map(shape -> sameBytes(shape, LAMB));
    }

    @TestFactory
    Stream<DynamicTest> state_in_files_gives_the_bytes_of_that_in_memory() {
        return Stream.of(
                        new Shape(1, 0, 2, 4),
                        new Shape(1, 3, 2, 4),
                        new Shape(2, 0, 1, 4),
                        new Shape(2, 1, 2, 4),
                        new Shape(2, 2, 1, 4),
                        new Shape(2, 3, 1, 4),
                        new Shape(3, 3, 2, 2))
                .flatMap(
                        shape ->
                                Stream.of(ADAMW, LAMB)
                                        .map(
                                                optimizer ->
                                                        sameBytes(shape, optimizer, filed(shape))));
    }

    private ZeroRecipe filed(Shape shape) {
        String path = folder.toString();
        return shape.stage() < 3
                ? new ZeroRecipe(shape.stage(), NVME, DEVICE, false, path, "")
                : new ZeroRecipe(shape.stage(), NVME, NVME, false, path, path);
    }

    @TestFactory
    Stream<DynamicTest> clusters_that_compress_give_the_bytes_and_errors_of_one_worker() {
        return Stream.of(
                        new Shape(1, 0, 1, 1),
                        new Shape(2, 0, 1, 4),
                        new Shape(3, 0, 2, 1),
                        new Shape(4, 0, 1, 1))
                .flatMap(
                        shape ->
                                Stream.of(ONE_BIT, ONE_BIT_LAMB)
                                        .map(optimizer -> sameBytes(shape, optimizer)));
    }

    @TestFactory
    Stream<DynamicTest> clusters_that_compress_may_have_their_moments_in_a_file() {
        return Stream.of(new Shape(1, 0, 2, 4), new Shape(3, 0, 1, 4))
                .flatMap(
                        shape ->
                                Stream.of(ONE_BIT, ONE_BIT_LAMB)
                                        .map(
                                                optimizer ->
                                                        sameBytes(shape, optimizer, filed(shape))));
    }

    /**
     * Of each block that the other owns, its gradient's sum and that of each block of its own went
     * out before, 16,384 bytes each; then two ranks' bits and the mean's, 516 bytes each: a 21st.
     * Rows of the embeddings, which are few, weigh less before.
     */
    @Test
    void a_step_that_compresses_sends_less_than_a_tenth() throws Exception {
        long warmUp = sentBytes(2);
        long compressed = sentBytes(3) - warmUp;

        assertThat(compressed).isPositive().isLessThan(warmUp / 2 / 10);
    }

    private static long sentBytes(int steps) throws Exception {
        int vocabulary = Rows.modelConfig().vocabulary();
        GptConfig wide =
                new GptConfig(vocabulary, 16, 64, 6, 2, 256, 2, 0, 1e-5, 0.02, 0.1, 0.1, 0.1);
        try (Team team = Team.of(wide, recipe(IN_MEMORY, ONE_BIT), ROWS, 2, 1, 4)) {
            team.train(steps);
            return team.sentBytes(0);
        }
    }

    /** The first two steps overflow; two good ones let the scale grow, and the fifth overflows. */
    @TestFactory
    Stream<DynamicTest> clusters_skip_the_steps_that_one_worker_skips() throws Exception {
        Recipe fp16 =
                recipe(IN_MEMORY, ADAMW)
                        .withPrecision(
                                new PrecisionRecipe(
                                        PrecisionRecipe.Arithmetic.FP16,
                                        new LossScaling.Growing(0x1p22, 2, 0.25, 2),
                                        true,
                                        PrecisionRecipe.Type.FP32,
                                        PrecisionRecipe.Type.FP32));
        Outcome one;
        try (Team team = Team.alone(config(), fp16, ROWS, 2)) {
            one = team.train(STEPS);
        }
        assertThat(one.steps()).filteredOn(step -> step.endsWith("skipped")).hasSize(3);

        return Stream.of(
                        new Shape(2, 0, 1, 4),
                        new Shape(2, 1, 2, 4),
                        new Shape(3, 2, 1, 4),
                        new Shape(2, 3, 1, 4))
                .map(
                        shape ->
                                DynamicTest.dynamicTest(
                                        shape + " in fp16", () -> skipsAlike(shape, fp16, one)));
    }

    private static void skipsAlike(Shape shape, Recipe alone, Outcome one) throws Exception {
        Recipe recipe =
                recipe(new ZeroRecipe(shape.stage(), DEVICE, DEVICE), ADAMW)
                        .withPrecision(alone.precision());
        try (Team team =
                Team.of(
                        config(),
                        recipe,
                        ROWS,
                        shape.workers(),
                        shape.lanes(),
                        shape.windowPieces())) {
            assertThat(team.train(STEPS)).isEqualTo(one);
        }
    }

    @Tag("slow")
    @TestFactory
    Stream<DynamicTest> every_cluster_gives_the_bytes_of_one_worker() {
        return IntStream.rangeClosed(1, 4)
                .boxed()
                .flatMap(
                        workers ->
                                IntStream.rangeClosed(0, 3)
                                        .boxed()
                                        .flatMap(
                                                stage ->
                                                        Stream.of(
                                                                new Shape(workers, stage, 1, 1),
                                                                new Shape(workers, stage, 3, 8))))
                .map(shape -> sameBytes(shape, ADAMW));
    }

    @Tag("slow")
    @TestFactory
    Stream<DynamicTest> every_cluster_gives_the_bytes_of_one_worker_with_lamb_too() {
        return IntStream.rangeClosed(1, 4)
                .boxed()
                .flatMap(
                        workers ->
                                IntStream.rangeClosed(0, 3)
                                        .mapToObj(stage -> new Shape(workers, stage, 2, 4)))
                .map(shape -> sameBytes(shape, LAMB));
    }

    @Test
    void each_stage_keeps_less_than_the_one_before() throws Exception {
        Map<Integer, Long> bytes = new TreeMap<>();
        for (int stage = 0; stage <= 3; stage++) {
            try (Team team =
                    Team.of(
                            config(),
                            recipe(new ZeroRecipe(stage, DEVICE, DEVICE), ADAMW),
                            ROWS,
                            2,
                            1,
                            4)) {
                team.train(1);
                bytes.put(stage, team.stateBytes(0));
            }
        }

        // Moments and reduced gradients are halved after stage 0, parameters after stage 2. Stage 2
        // gives a unit's sums away before the next unit's come, stage 1 may keep some of them.
        assertThat(bytes.get(1)).isLessThan(bytes.get(0));
        assertThat(bytes.get(2)).isLessThanOrEqualTo(bytes.get(1));
        assertThat(bytes.get(3)).isLessThan(bytes.get(2));
    }

    private static DynamicTest sameBytes(Shape shape, OptimizerRecipe optimizer) {
        return sameBytes(shape, optimizer, new ZeroRecipe(shape.stage(), DEVICE, DEVICE));
    }

    private static DynamicTest sameBytes(Shape shape, OptimizerRecipe optimizer, ZeroRecipe zero) {
        return DynamicTest.dynamicTest(
                shape + " " + optimizer.rule().shownName(),
                () -> {
                    try (Team team =
                            Team.of(
                                    config(),
                                    recipe(zero, optimizer),
                                    ROWS,
                                    shape.workers(),
                                    shape.lanes(),
                                    shape.windowPieces())) {
                        Outcome expected = expected(optimizer);
                        Outcome outcome = team.train(STEPS);

                        assertThat(outcome.steps()).isEqualTo(expected.steps());
                        assertThat(outcome.state()).isEqualTo(expected.state());
                        assertThat(outcome.evaluation()).isEqualTo(expected.evaluation());
                    }
                });
    }

    private static Outcome expected(OptimizerRecipe optimizer) {
        if (optimizer.equals(ONE_BIT)) {
            return aloneWithOneBit;
        }
        if (optimizer.equals(ONE_BIT_LAMB)) {
            return aloneWithOneBitLamb;
        }
        return optimizer.equals(LAMB) ? aloneWithLamb : alone;
    }

    /** Layers of a few blocks: with four workers some own nothing of the head. */
    private static GptConfig config() {
        int vocabulary = Rows.modelConfig().vocabulary();
        return new GptConfig(vocabulary, 16, 32, 3, 2, 64, 2, 0, 1e-5, 0.02, 0.1, 0.1, 0.1);
    }

    static Recipe recipe(ZeroRecipe zero, OptimizerRecipe optimizer) {
        return new Recipe(
                new BatchRecipe(4, 6, 16, 2, 3, false),
                new LengthRecipe(4, -1),
                new OrderRecipe(OrderRecipe.Sampling.RANDOM, 42, 42),
                optimizer,
                new ScheduleRecipe.Constant(new ScheduleRecipe.WarmupLength(0, 0)),
                0.1,
                Cadence.never(),
                Cadence.never(),
                Cadence.never(),
                zero,
                16,
                0,
                "output",
                List.of());
    }
}
