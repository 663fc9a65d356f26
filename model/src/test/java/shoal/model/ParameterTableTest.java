package shoal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.recipe.Limits;

class ParameterTableTest {
    private static final GptConfig SMALL =
            new GptConfig(60, 16, 8, 2, 2, 32, 3, 0, 1e-5, 0.02, 0.1, 0.1, 0.1);

    @Test
    void units_are_the_embeddings_the_layers_and_the_head() {
        ParameterTable table = ParameterTable.of(SMALL);

        assertThat(table.units().stream().map(Unit::name))
                .containsExactly("embed", "layer 0", "layer 1", "head");
        assertThat(table.parameters()).hasSize(2 + 2 * 12 + 3);
        assertThat(table.parameterElements()).isEqualTo(2_392);
    }

    @Test
    void base_has_the_elements_that_hf_counts() {
        GptConfig base =
                new GptConfig(50_257, 1_024, 768, 12, 12, 3_072, 2, 0, 1e-5, 0.02, 0, 0, 0);

        // GPT2Model has 124,439,808 (transformers 4.57.6); the head adds 2 x 768.
        assertThat(ParameterTable.of(base).parameterElements()).isEqualTo(124_439_808 + 2 * 768);
    }

    @Test
    void tensors_are_aligned_do_not_overlap_and_decayed_ones_come_first() {
        for (Unit unit : ParameterTable.of(SMALL).units()) {
            long end = 0;
            for (Parameter parameter : unit.parameters()) {
                assertThat(parameter.offsetElements() % Limits.NATIVE_RANGE_ELEMENTS).isZero();
                assertThat(parameter.offsetElements()).isGreaterThanOrEqualTo(end);
                assertThat(parameter.decayed())
                        .isEqualTo(parameter.offsetElements() < unit.decayedElements());
                end = parameter.offsetElements() + parameter.sizeElements();
            }
            assertThat(end).isLessThanOrEqualTo(unit.sizeElements());
            assertThat(unit.blocks() * Limits.BLOCK_ELEMENTS).isEqualTo(unit.sizeElements());
        }
    }

    @Test
    void biases_and_layer_norms_do_not_decay() {
        for (Parameter parameter : ParameterTable.of(SMALL).parameters()) {
            boolean plain = parameter.name().endsWith(".bias") || parameter.name().contains(".ln_");
            assertThat(parameter.decayed()).as(parameter.name()).isEqualTo(!plain);
        }
    }

    @Test
    void a_parameter_is_found_by_its_name() {
        ParameterTable table = ParameterTable.of(SMALL);

        assertThat(table.named("score.weight").orElseThrow().shape()).isEqualTo(List.of(3, 8));
        assertThat(table.named("lm_head.weight")).isEmpty();
    }

    @Test
    void a_width_that_heads_do_not_divide_is_our_bug() {
        assertThatThrownBy(
                        () -> new GptConfig(60, 16, 8, 2, 3, 32, 3, 0, 1e-5, 0.02, 0.1, 0.1, 0.1))
                .hasMessage("hidden is 8, expected a multiple of heads (3)");
    }
}
