package shoal.plan.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;

final class ShardMapTest {
    @Test
    void every_block_has_one_owner_and_ranges_differ_by_one_block_at_most() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            List<Long> blocks = new ArrayList<>();
            for (int unit = 0; unit < 1 + random.nextInt(6); unit++) {
                blocks.add((long) random.nextInt(random.nextBoolean() ? 8 : 300));
            }
            for (int workers = 1; workers <= 16; workers++) {
                check(new ShardMap(blocks, workers), "seed " + seed + ", workers " + workers);
            }
        }
    }

    @Test
    void units_are_cut_evenly_in_the_order_of_workers() {
        ShardMap map = new ShardMap(List.of(10L, 3L), 4);

        assertThat(map.ranges(0)).containsExactly(new BlockRange(0, 0, 2));
        assertThat(map.ranges(1)).containsExactly(new BlockRange(0, 2, 5), new BlockRange(1, 0, 1));
        assertThat(map.ranges(2)).containsExactly(new BlockRange(0, 5, 7), new BlockRange(1, 1, 2));
        assertThat(map.ranges(3))
                .containsExactly(new BlockRange(0, 7, 10), new BlockRange(1, 2, 3));
    }

    @Test
    void one_worker_owns_every_unit_whole() {
        ParameterTable table =
                ParameterTable.of(new GptConfig(100, 32, 16, 2, 2, 64, 2, 0, 1e-5, 0.02, 0, 0, 0));
        ShardMap map = ShardMap.of(table, 1);

        assertThat(map.ranges(0)).hasSize(table.units().size());
        assertThat(map.ranges(0))
                .allSatisfy(
                        range ->
                                assertThat(range.endElement())
                                        .isEqualTo(table.units().get(range.unit()).sizeElements()));
    }

    @Test
    void the_hash_tells_maps_apart() {
        ShardMap map = new ShardMap(List.of(10L, 3L), 4);

        assertThat(map.hash()).isEqualTo(new ShardMap(List.of(10L, 3L), 4).hash());
        assertThat(map.hash()).isNotEqualTo(new ShardMap(List.of(10L, 3L), 3).hash());
        assertThat(map.hash()).isNotEqualTo(new ShardMap(List.of(3L, 10L), 4).hash());
    }

    @Test
    void a_worker_or_block_outside_is_refused() {
        ShardMap map = new ShardMap(List.of(10L), 4);

        assertThatThrownBy(() -> map.range(0, 4)).hasMessageContaining("worker is 4.0");
        assertThatThrownBy(() -> map.owner(0, 10))
                .hasMessageContaining("blocks is 10, expected at least 11");
    }

    private static void check(ShardMap map, String what) {
        for (int unit = 0; unit < map.unitBlocks().size(); unit++) {
            long next = 0;
            long least = Long.MAX_VALUE;
            long most = 0;
            for (int worker = 0; worker < map.workers(); worker++) {
                BlockRange range = map.range(unit, worker);
                assertThat(range.from()).as(what).isEqualTo(next);
                for (long block = range.from(); block < range.to(); block++) {
                    assertThat(map.owner(unit, block)).as(what).isEqualTo(worker);
                }
                least = Math.min(least, range.blocks());
                most = Math.max(most, range.blocks());
                next = range.to();
            }
            assertThat(next).as(what).isEqualTo(map.unitBlocks().get(unit));
            assertThat(most - least).as(what).isLessThanOrEqualTo(1);
        }
    }
}
