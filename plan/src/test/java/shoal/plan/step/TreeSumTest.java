package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Leaves are added in the plan's order, whatever order they come in. */
final class TreeSumTest {
    @Test
    void the_order_is_that_of_the_reduction_tree_at_every_level() {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            List<LeafPath> leaves = new ArrayList<>();
            List<Optional<String>> ranks = new ArrayList<>();
            for (int rank = 0; rank < 1 + random.nextInt(4); rank++) {
                List<Optional<String>> rounds = new ArrayList<>();
                for (int round = 0; round < 1 + random.nextInt(5); round++) {
                    List<Optional<String>> slices = new ArrayList<>();
                    for (int slice = 0; slice < 8; slice++) {
                        boolean present = random.nextInt(4) > 0;
                        slices.add(
                                present
                                        ? Optional.of(rank + "." + round + "." + slice)
                                        : Optional.empty());
                        if (present) {
                            leaves.add(leaf(rank, round, slice));
                        }
                    }
                    rounds.add(ReductionTree.sum(slices, TreeSumTest::add));
                }
                ranks.add(ReductionTree.sum(rounds, TreeSumTest::add));
            }

            assertThat(shuffledSum(leaves, random))
                    .as("seed " + seed)
                    .isEqualTo(ReductionTree.sum(ranks, TreeSumTest::add));
        }
    }

    @Test
    void two_leaves_of_one_place_are_refused() {
        List<LeafPath> leaves = List.of(leaf(0, 0, 1), leaf(0, 0, 1));

        assertThatThrownBy(() -> SumTree.of(leaves))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("same rank, round and slice");
    }

    @Test
    void sums_of_runs_of_leaves_add_up_to_the_same_sum() {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            List<LeafPath> leaves = someLeaves(random);
            SumTree tree = SumTree.of(leaves);
            List<TreeSum.Sum<String>> parts = new ArrayList<>();
            int from = 0;
            while (from < leaves.size()) {
                int to = from + 1 + random.nextInt(leaves.size() - from);
                List<Integer> ends = tree.covering(from, to);
                TreeSum<String> part = new TreeSum<>(tree, ends, TreeSumTest::add, value -> value);
                int before = parts.size();
                for (int leaf = to - 1; leaf >= from; leaf--) {
                    part.offer(leaf, words(leaves.get(leaf))).ifPresent(parts::add);
                }
                assertThat(parts.subList(before, parts.size()))
                        .extracting(TreeSum.Sum::node)
                        .containsExactlyInAnyOrderElementsOf(ends);
                from = to;
            }

            Collections.shuffle(parts, random);
            TreeSum<String> whole = new TreeSum<>(tree, TreeSumTest::add);
            Optional<String> total = Optional.empty();
            for (TreeSum.Sum<String> part : parts) {
                total = whole.offer(part.node(), part.value()).map(TreeSum.Sum::value);
            }

            assertThat(total).as("seed " + seed).isEqualTo(shuffledSum(leaves, random));
        }
    }

    @Test
    void a_run_of_leaves_is_covered_by_the_largest_nodes_inside() {
        SumTree tree =
                SumTree.of(List.of(leaf(0, 0, 0), leaf(0, 0, 1), leaf(1, 0, 0), leaf(1, 0, 1)));

        assertThat(tree.covering(0, 4)).containsExactly(tree.root());
        assertThat(tree.covering(0, 2)).containsExactly(4);
        assertThat(tree.covering(1, 4)).containsExactly(1, 5);
        assertThat(tree.run(5)).isEqualTo(new ReductionTree.Node(2, 4));
        assertThat(tree.covering(2, 2)).isEmpty();
    }

    private static List<LeafPath> someLeaves(Random random) {
        List<LeafPath> leaves = new ArrayList<>();
        int ranks = 1 + random.nextInt(4);
        int rounds = 1 + random.nextInt(3);
        for (int at = 0; at < ranks * rounds * 4; at++) {
            if (random.nextInt(4) > 0 || leaves.isEmpty()) {
                leaves.add(leaf(at / (4 * rounds), at / 4 % rounds, at % 4));
            }
        }
        return leaves;
    }

    private static String words(LeafPath leaf) {
        return leaf.rank() + "." + leaf.round() + "." + leaf.slice();
    }

    private static Optional<String> shuffledSum(List<LeafPath> leaves, Random random) {
        TreeSum<String> sum = new TreeSum<>(SumTree.of(leaves), TreeSumTest::add);
        List<Integer> order = new ArrayList<>();
        for (int leaf = 0; leaf < leaves.size(); leaf++) {
            order.add(leaf);
        }
        Collections.shuffle(order, random);
        Optional<String> total = Optional.empty();
        for (int index : order) {
            LeafPath leaf = leaves.get(index);
            assertThat(total).isEmpty();
            total = sum.offer(index, words(leaf)).map(TreeSum.Sum::value);
        }
        return total;
    }

    private static String add(String left, String right) {
        return "(" + left + " + " + right + ")";
    }

    private static LeafPath leaf(int rank, int round, int slice) {
        return new LeafPath(rank, round, slice);
    }
}
