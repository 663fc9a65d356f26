package shoal.plan.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who has which whole ranks. */
final class RankMapTest {
    @Test
    void every_rank_has_one_worker_and_workers_have_nearly_as_many() {
        for (int ranks = 1; ranks <= 16; ranks++) {
            for (int workers = 1; workers <= ranks; workers++) {
                RankMap map = new RankMap(ranks, workers);
                List<Integer> all =
                        IntStream.range(0, workers)
                                .mapToObj(map::of)
                                .flatMap(List::stream)
                                .toList();
                assertThat(all).isEqualTo(IntStream.range(0, ranks).boxed().toList());
                for (int worker = 0; worker < workers; worker++) {
                    assertThat(map.of(worker).size())
                            .isBetween(ranks / workers, ranks / workers + 1);
                    for (int rank : map.of(worker)) {
                        assertThat(map.worker(rank)).isEqualTo(worker);
                    }
                }
            }
        }
    }

    @Test
    void more_workers_than_ranks_are_refused() {
        assertThatThrownBy(() -> new RankMap(2, 3)).hasMessageContaining("workers");
    }
}
