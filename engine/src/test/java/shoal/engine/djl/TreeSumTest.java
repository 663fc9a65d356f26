package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import shoal.engine.Leaf;
import shoal.engine.RowInput;
import shoal.plan.step.ReductionTree;

/** Leaves are added in the plan's order, whatever order they come in. */
final class TreeSumTest {
    @Test
    void the_order_is_that_of_the_reduction_tree_at_every_level() {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            List<Leaf> leaves = new ArrayList<>();
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
        List<Leaf> leaves = List.of(leaf(0, 0, 1), leaf(0, 0, 1));

        assertThatThrownBy(() -> SumTree.of(leaves))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("same rank, round and slice");
    }

    private static Optional<String> shuffledSum(List<Leaf> leaves, Random random) {
        TreeSum<String> sum = new TreeSum<>(SumTree.of(leaves), TreeSumTest::add);
        List<Integer> order = new ArrayList<>();
        for (int leaf = 0; leaf < leaves.size(); leaf++) {
            order.add(leaf);
        }
        Collections.shuffle(order, random);
        Optional<String> total = Optional.empty();
        for (int index : order) {
            Leaf leaf = leaves.get(index);
            assertThat(total).isEmpty();
            total = sum.offer(index, leaf.rank() + "." + leaf.round() + "." + leaf.slice());
        }
        return total;
    }

    private static String add(String left, String right) {
        return "(" + left + " + " + right + ")";
    }

    private static Leaf leaf(int rank, int round, int slice) {
        return new Leaf(rank, round, slice, List.of(new RowInput(0, new int[] {1}, 0, 1)));
    }
}
