package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LeafDealTest {
    @Test
    void dealt_by_ranks_a_worker_has_all_leaves_of_its_ranks_and_of_no_other() {
        LeafDeal even = LeafDeal.of(batches(3, 2, 8), LeafDealTest::fifty, 4, 2);

        LeafDeal deal = even.byRanks(3);

        assertThat(deal.leaves()).isEqualTo(even.leaves());
        assertThat(deal.leavesOf(0)).isNotEmpty().allMatch(leaf -> leaf.rank() == 0);
        assertThat(deal.leavesOf(1)).hasSize(16).allMatch(leaf -> leaf.rank() > 0);
        assertThat(deal.from(0)).isZero();
        assertThat(deal.to(0)).isEqualTo(deal.from(1));
        assertThat(deal.to(1)).isEqualTo(24);
        // As in a last, short step: nothing of the ranks that the second worker has.
        LeafDeal one = LeafDeal.of(batches(1, 2, 8), LeafDealTest::fifty, 4, 2).byRanks(3);
        assertThat(one.leavesOf(0)).hasSize(8);
        assertThat(one.leavesOf(1)).isEmpty();
    }

    @Test
    void as_many_workers_as_ranks_get_a_rank_each() {
        LeafDeal deal = LeafDeal.of(batches(4, 2, 8), LeafDealTest::fifty, 4, 4);

        for (int worker = 0; worker < 4; worker++) {
            int rank = worker;
            assertThat(deal.leavesOf(worker))
                    .hasSize(8)
                    .allSatisfy(leaf -> assertThat(leaf.rank()).isEqualTo(rank));
        }
    }

    @Test
    void a_cut_prefers_ranks_to_rounds_and_rounds_to_slices() {
        // Rank 0 costs a tenth more than rank 1: the even cut goes through rank 0.
        IntUnaryOperator tokens = row -> row < 16 ? 55 : 50;

        assertThat(LeafDeal.of(batches(2, 2, 8), tokens, 8, 2).to(0)).isEqualTo(16);
        assertThat(LeafDeal.of(batches(1, 2, 8), row -> row < 8 ? 55 : 50, 8, 2).to(0))
                .isEqualTo(8);
    }

    @Test
    void a_cut_far_from_even_gives_way_to_cost() {
        IntUnaryOperator tokens = row -> row < 8 ? 500 : 50;

        LeafDeal deal = LeafDeal.of(batches(2, 1, 8), tokens, 8, 2);

        assertThat(deal.to(0)).isEqualTo(4);
    }

    @Test
    void workers_beyond_the_leaves_have_none() {
        LeafDeal deal = LeafDeal.of(batches(1, 1, 2), LeafDealTest::fifty, 2, 4);

        assertThat(IntStream.range(0, 4).map(worker -> deal.leavesOf(worker).size()).toArray())
                .containsExactly(1, 1, 0, 0);
    }

    @Test
    void every_leaf_has_one_worker_and_no_worker_is_idle_while_there_are_leaves() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            List<MicroBatch> batches =
                    batches(1 + random.nextInt(5), 1 + random.nextInt(3), 1 + random.nextInt(9));
            int[] tokens = random.ints(1_000, 1, 400).toArray();
            int slices = 1 + random.nextInt(4);
            int workers = 1 + random.nextInt(16);

            LeafDeal deal = LeafDeal.of(batches, row -> tokens[row], slices, workers);

            List<PlannedLeaf> dealt = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                dealt.addAll(deal.leavesOf(worker));
                assertThat(deal.leavesOf(worker).isEmpty())
                        .as("seed %d, worker %d", seed, worker)
                        .isEqualTo(worker >= deal.leaves().size());
            }
            assertThat(dealt).as("seed %d", seed).isEqualTo(deal.leaves());
            assertThat(dealt.stream().flatMapToInt(leaf -> IntStream.of(leaf.rows())).sorted())
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(
                            batches.stream()
                                    .flatMapToInt(batch -> IntStream.of(batch.rows()))
                                    .sorted()
                                    .boxed()
                                    .toList());
        }
    }

    @Test
    void what_is_dealt_does_not_depend_on_workers_but_the_hash_does() {
        List<MicroBatch> batches = batches(3, 2, 8);
        LeafDeal two = LeafDeal.of(batches, LeafDealTest::fifty, 4, 2);
        LeafDeal three = LeafDeal.of(batches, LeafDealTest::fifty, 4, 3);

        assertThat(rows(two)).isEqualTo(rows(three));
        assertThat(two.hash()).isEqualTo(LeafDeal.of(batches, LeafDealTest::fifty, 4, 2).hash());
        assertThat(two.hash()).isNotEqualTo(three.hash());
        assertThat(two.hash()).isNotEqualTo(LeafDeal.of(batches, row -> 1 + row, 4, 2).hash());
    }

    private static List<List<Integer>> rows(LeafDeal deal) {
        return deal.leaves().stream()
                .map(leaf -> IntStream.of(leaf.rows()).boxed().toList())
                .toList();
    }

    private static int fifty(int row) {
        return 50;
    }

    /** Rows in order: rank by rank, round by round. */
    private static List<MicroBatch> batches(int ranks, int rounds, int rows) {
        List<MicroBatch> batches = new ArrayList<>();
        double weight = 1.0 / (ranks * rounds * rows);
        for (int rank = 0; rank < ranks; rank++) {
            for (int round = 0; round < rounds; round++) {
                int first = (rank * rounds + round) * rows;
                int[] numbers = IntStream.range(first, first + rows).toArray();
                batches.add(new MicroBatch(rank, round, numbers, weight));
            }
        }
        return batches;
    }
}
