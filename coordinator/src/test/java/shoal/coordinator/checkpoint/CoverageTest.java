package shoal.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.plan.shard.BlockRange;
import shoal.plan.shard.ShardMap;
import shoal.plan.shard.StateMap;

/** What workers own of a model whose units have several blocks. */
final class CoverageTest {
    private static final ParameterTable TABLE =
            ParameterTable.of(new GptConfig(300, 64, 64, 1, 2, 256, 2, 0, 1e-5, 0.02, 0, 0, 0));

    @Test
    void what_all_workers_own_is_the_model_and_each_is_whole_when_its_own_has_come() {
        for (int workers = 1; workers <= 5; workers++) {
            ShardMap map = ShardMap.of(TABLE, workers);
            long elements = 0;
            for (int worker = 0; worker < workers; worker++) {
                Coverage coverage = coverage(map, StateKind.EXP_AVG, worker);
                for (BlockRange range : map.ranges(worker)) {
                    assertThat(coverage.missing()).isPresent();
                    for (Parameter parameter : TABLE.parameters()) {
                        send(coverage, parameter, range);
                    }
                }
                assertThat(coverage.missing()).isEmpty();
                elements += coverage.elements();
            }
            assertThat(elements).isEqualTo(TABLE.parameterElements());
        }
    }

    @Test
    void what_another_worker_owns_is_refused() {
        ShardMap map = ShardMap.of(TABLE, 2);
        Parameter parameter = TABLE.named("transformer.wte.weight").orElseThrow();
        long middle = map.range(0, 0).endElement();

        Coverage first = coverage(map, StateKind.PARAMETER, 0);
        first.add(parameter, middle - 16, 16);

        assertThatThrownBy(() -> first.add(parameter, middle - 15, 16))
                .hasMessage(
                        "16 elements at "
                                + (middle - 15)
                                + " are not inside transformer.wte.weight, of which worker 0 owns"
                                + " 0 to "
                                + middle);
        coverage(map, StateKind.PARAMETER, 1).add(parameter, middle, 16);
    }

    @Test
    void a_rank_s_error_comes_whole_from_the_worker_that_has_the_rank() {
        ShardMap map = ShardMap.of(TABLE, 2);
        Coverage first = coverage(map, StateKind.workerError(1), 0);
        Coverage second = coverage(map, StateKind.workerError(1), 1);

        assertThat(first.missing()).isPresent();
        assertThat(second.missing()).isEmpty();
        for (Parameter parameter : TABLE.parameters()) {
            first.add(parameter, 0, parameter.sizeElements());
        }
        assertThat(first.missing()).isEmpty();
        assertThatThrownBy(() -> second.add(TABLE.parameters().get(0), 0, 16))
                .hasMessageContaining("of which worker 1 owns 0 to 0");
    }

    @Test
    void a_number_of_a_parameter_comes_from_the_owner_of_its_first_element() {
        ShardMap map = ShardMap.of(TABLE, 2);
        Coverage first = coverage(map, StateKind.SCALING_COEFF, 0);
        Coverage second = coverage(map, StateKind.SCALING_COEFF, 1);
        for (Parameter parameter : TABLE.parameters()) {
            boolean ownedByFirst =
                    parameter.offsetElements() < map.range(parameter.unit(), 0).endElement();
            (ownedByFirst ? first : second).add(parameter, 0, 1);
        }

        assertThat(first.missing()).isEmpty();
        assertThat(second.missing()).isEmpty();
        assertThat(first.elements() + second.elements()).isEqualTo(TABLE.parameters().size());
        assertThatThrownBy(() -> first.add(TABLE.parameters().get(0), 1, 1))
                .hasMessageContaining("of which worker 0 owns 0 to 1");
    }

    /** Of two workers with four ranks, the first has ranks 0 and 1. */
    private static Coverage coverage(ShardMap map, StateKind kind, int worker) {
        return new Coverage(TABLE, new StateMap(map, Math.max(4, map.workers())), kind, worker);
    }

    /** The part of a parameter that lies in a range. */
    private static void send(Coverage coverage, Parameter parameter, BlockRange range) {
        long from = Math.max(0, range.firstElement() - parameter.offsetElements());
        long to =
                Math.min(parameter.sizeElements(), range.endElement() - parameter.offsetElements());
        if (parameter.unit() == range.unit() && from < to) {
            coverage.add(parameter, from, to - from);
        }
    }
}
