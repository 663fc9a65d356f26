package shoal.plan.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shoal.model.Activation;
import shoal.model.AttentionScale;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.Unit;
import shoal.plan.TestRecipes;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.UpdateRule;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.ZeroRecipe.Offload;

/** GPT-2's smallest size with a Chinese vocabulary: 102 M parameters. */
final class MemoryEstimateTest {
    private static final GptConfig BASE =
            new GptConfig(21_128, 1_024, 768, 12, 12, 3_072, 2, 0, 1e-5, 0.02, 0.1, 0.1, 0.1);
    private static final List<Unit> UNITS = ParameterTable.of(BASE).units();
    private static final long ALL_BYTES = 4 * UNITS.stream().mapToLong(Unit::sizeElements).sum();
    private static final int[] EIGHT_ROWS = {192, 180, 150, 130, 100, 90, 60, 40};

    @Test
    void one_worker_holds_parameters_once_and_moments_twice() {
        MemoryEstimate estimate = estimate(recipe(1, 1, ZeroRecipe.none()), new WorkerShare(1, 2));

        assertThat(bytes(estimate, "parameters")).isEqualTo(ALL_BYTES);
        assertThat(bytes(estimate, "moments")).isEqualTo(2 * ALL_BYTES);
        assertThat(bytes(estimate, "gradients")).isBetween(ALL_BYTES, ALL_BYTES * 3 / 2);
        assertThat(estimate.totalBytes())
                .isEqualTo(estimate.items().stream().mapToLong(MemoryItem::sizeBytes).sum());
    }

    @Test
    void a_layer_keeps_sixteen_floats_per_token_and_channel_and_its_attention() {
        long elements = new ActivationCount(BASE).keptByLayer(new int[] {100, 50});

        assertThat(elements).isEqualTo(150 * (16 * 768 + 4) + 12 * (100 * 100 + 50 * 50));
    }

    @Test
    void another_activation_takes_its_buffers_in_backward() {
        GptConfig quick =
                new GptConfig(
                        21_128,
                        1_024,
                        768,
                        12,
                        12,
                        3_072,
                        2,
                        0,
                        1e-5,
                        0.02,
                        0.1,
                        0.1,
                        0.1,
                        Activation.QUICK_GELU,
                        AttentionScale.STANDARD);
        int[] tokens = {100, 50};

        assertThat(new ActivationCount(quick).workingSpace(tokens))
                .isEqualTo(new ActivationCount(BASE).workingSpace(tokens) + 150 * 3 * 3_072);
    }

    @Test
    void the_last_layer_keeps_far_less_than_the_others() {
        ActivationCount count = new ActivationCount(BASE);

        long last = count.keptByAllLayers(EIGHT_ROWS) - 11 * count.keptByLayer(EIGHT_ROWS);

        assertThat(last).isPositive().isLessThan(count.keptByLayer(EIGHT_ROWS) * 3 / 10);
    }

    @Test
    void the_estimate_lies_below_the_measured_peak_by_what_is_not_counted() {
        // The kernel's prototype on this shape, 8 rows of real text, 2 lanes: 3.3 to 3.7 GB
        // resident, of which 0.4 GB was a Java heap that loading had left behind, 0.4 GB a second
        // gradient set, and the rest of the process was not measured apart.
        MemoryEstimate estimate = estimate(recipe(1, 1, ZeroRecipe.none()), new WorkerShare(1, 2));

        assertThat(estimate.totalBytes()).isBetween(2_200_000_000L, 2_900_000_000L);
    }

    @Test
    void each_stage_shares_out_one_more_kind() {
        WorkerShare two = new WorkerShare(2, 1);
        List<MemoryEstimate> stages =
                List.of(
                        estimate(recipe(2, 1, stage(0)), two),
                        estimate(recipe(2, 1, stage(1)), two),
                        estimate(recipe(2, 1, stage(2)), two),
                        estimate(recipe(2, 1, stage(3)), two));

        assertThat(stages.stream().map(one -> shared(one, "moments")))
                .containsExactly(false, true, true, true);
        assertThat(stages.stream().map(one -> shared(one, "gradients")))
                .containsExactly(false, false, true, true);
        assertThat(stages.stream().map(one -> shared(one, "parameters")))
                .containsExactly(false, false, false, true);
        assertThat(stages.stream().mapToLong(MemoryEstimate::totalBytes).boxed().toList())
                .isSortedAccordingTo((left, right) -> Long.compare(right, left));
    }

    @Test
    void moments_in_a_file_take_no_memory_and_the_reason_says_where_they_are() {
        ZeroRecipe offloaded = new ZeroRecipe(2, Offload.NVME, Offload.DEVICE, false, "/nvme", "");

        MemoryEstimate estimate = estimate(recipe(2, 1, offloaded), new WorkerShare(2, 1));

        assertThat(bytes(estimate, "moments")).isZero();
        assertThat(item(estimate, "moments").reason()).contains("in a file");
    }

    @Test
    void accumulation_adds_a_gradient_set_per_level_of_the_tree() {
        WorkerShare one = new WorkerShare(1, 1);
        long single = bytes(estimate(recipe(1, 1, ZeroRecipe.none()), one), "gradients");

        assertThat(bytes(estimate(recipe(1, 2, ZeroRecipe.none()), one), "gradients"))
                .isEqualTo(single + ALL_BYTES);
        assertThat(bytes(estimate(recipe(2, 4, ZeroRecipe.none()), one), "gradients"))
                .isEqualTo(single + 3 * ALL_BYTES);
    }

    @Test
    void a_worker_of_a_sharded_run_that_hosts_several_ranks_keeps_inputs_and_recomputes() {
        long once = bytes(estimate(recipe(1, 1, stage(2)), new WorkerShare(1, 1)), "activations");
        long four = bytes(estimate(recipe(4, 1, stage(2)), new WorkerShare(1, 1)), "activations");

        assertThat(four).isLessThan(once);
    }

    @Test
    void activations_that_are_computed_again_leave_each_layer_s_input_and_one_layer() {
        Recipe recipe = recipe(2, 4, ZeroRecipe.none().recomputing(true));
        int tokens = IntStream.of(EIGHT_ROWS).sum();

        long elements = bytes(estimate(recipe, new WorkerShare(1, 1)), "activations") / 4;

        assertThat(elements)
                .isEqualTo(12L * tokens * 768 + new ActivationCount(BASE).keptByLayer(EIGHT_ROWS));
    }

    @Test
    void the_upper_bound_takes_rows_as_long_as_recipe_and_model_allow() {
        Recipe recipe = recipe(1, 1, ZeroRecipe.none());
        WorkerShare share = new WorkerShare(1, 2);
        int[] longest = {192, 192, 192, 192, 192, 192, 192, 192};

        assertThat(MemoryEstimate.upperBound(BASE, recipe, share))
                .isEqualTo(MemoryEstimate.of(BASE, recipe, share, longest));
    }

    @Test
    void a_worker_that_compresses_keeps_two_more_sets_for_each_rank_and_its_share() {
        Recipe recipe = recipe(4, 1, ZeroRecipe.none());
        Recipe oneBit =
                TestRecipes.plain()
                        .with(recipe.batch())
                        .with(recipe.optimizer().with(new UpdateRule.OneBitAdam(100)))
                        .recipe();

        MemoryEstimate estimate = estimate(oneBit, new WorkerShare(2, 1));

        assertThat(bytes(estimate, "compression errors"))
                .isBetween(5 * ALL_BYTES, 5 * ALL_BYTES + UNITS.size() * 2L * 4 * 4_096);
    }

    @Test
    void a_second_moment_beside_the_frozen_one_is_kept_by_owners() {
        Recipe recipe = recipe(4, 1, ZeroRecipe.none());
        UpdateRule rule =
                new UpdateRule.OneBitLamb(
                        100,
                        new UpdateRule.Lamb(false, 10, 0.01, false),
                        0.9,
                        new UpdateRule.Factors(4, 0.5, 0.1));
        Recipe lamb =
                TestRecipes.plain()
                        .with(recipe.batch())
                        .with(recipe.optimizer().with(rule))
                        .recipe();

        assertThat(bytes(estimate(lamb, new WorkerShare(2, 1)), "moments"))
                .isBetween(5 * ALL_BYTES / 2, 5 * ALL_BYTES / 2 + UNITS.size() * 4L * 4_096);
    }

    private static boolean shared(MemoryEstimate estimate, String name) {
        return item(estimate, name).reason().contains("share of all");
    }

    private static long bytes(MemoryEstimate estimate, String name) {
        return item(estimate, name).sizeBytes();
    }

    private static MemoryItem item(MemoryEstimate estimate, String name) {
        return estimate.items().stream()
                .filter(item -> item.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static MemoryEstimate estimate(Recipe recipe, WorkerShare share) {
        return MemoryEstimate.of(BASE, recipe, share, EIGHT_ROWS);
    }

    private static ZeroRecipe stage(int stage) {
        return new ZeroRecipe(stage, Offload.DEVICE, Offload.DEVICE);
    }

    private static Recipe recipe(int ranks, int accumulation, ZeroRecipe zero) {
        return TestRecipes.plain()
                .with(new BatchRecipe(ranks, 8, 8, accumulation, 2, false))
                .with(zero)
                .recipe();
    }
}
