package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shoal.plan.step.ReductionTree.Node;

final class ReductionTreeTest {
    @Test
    void children_split_at_the_largest_power_of_two_below_their_count() {
        assertThat(sumOf(1)).isEqualTo("0");
        assertThat(sumOf(2)).isEqualTo("(0+1)");
        assertThat(sumOf(3)).isEqualTo("((0+1)+2)");
        assertThat(sumOf(4)).isEqualTo("((0+1)+(2+3))");
        assertThat(sumOf(5)).isEqualTo("(((0+1)+(2+3))+4)");
        assertThat(sumOf(7)).isEqualTo("(((0+1)+(2+3))+((4+5)+6))");
    }

    @Test
    void an_absent_leaf_passes_its_sibling_up() {
        List<Optional<String>> leaves = leaves(6);
        leaves.set(0, Optional.empty());
        leaves.set(2, Optional.empty());
        leaves.set(3, Optional.empty());

        assertThat(ReductionTree.sum(leaves, ReductionTreeTest::join)).hasValue("(1+(4+5))");
    }

    @Test
    void nothing_but_absent_leaves_has_no_sum() {
        List<Optional<String>> leaves = List.of(Optional.empty(), Optional.empty());

        assertThat(ReductionTree.sum(leaves, ReductionTreeTest::join)).isEmpty();
        assertThat(ReductionTree.sum(List.<Optional<String>>of(), ReductionTreeTest::join))
                .isEmpty();
    }

    @Test
    void the_incremental_sum_equals_the_recursive_rule_for_any_leaves() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Optional<String>> leaves = leaves(1 + random.nextInt(70));
            leaves.replaceAll(leaf -> random.nextInt(4) == 0 ? Optional.empty() : leaf);

            assertThat(ReductionTree.sum(leaves, ReductionTreeTest::join))
                    .as("seed %d", seed)
                    .isEqualTo(recursive(leaves));
        }
    }

    @Test
    void absent_leaves_at_the_end_change_nothing() {
        List<Optional<String>> leaves = leaves(11);
        Optional<String> without = ReductionTree.sum(leaves, ReductionTreeTest::join);
        IntStream.range(0, 9).forEach(i -> leaves.add(Optional.empty()));

        assertThat(ReductionTree.sum(leaves, ReductionTreeTest::join)).isEqualTo(without);
    }

    @Test
    void a_run_of_leaves_is_covered_by_maximal_nodes() {
        assertThat(ReductionTree.covering(8, new Node(0, 8))).containsExactly(new Node(0, 8));
        assertThat(ReductionTree.covering(8, new Node(2, 8)))
                .containsExactly(new Node(2, 4), new Node(4, 8));
        assertThat(ReductionTree.covering(7, new Node(1, 7)))
                .containsExactly(new Node(1, 2), new Node(2, 4), new Node(4, 7));
    }

    private static String sumOf(int count) {
        return ReductionTree.sum(leaves(count), ReductionTreeTest::join).orElseThrow();
    }

    private static Optional<String> recursive(List<Optional<String>> leaves) {
        if (leaves.size() == 1) {
            return leaves.get(0);
        }
        int left = ReductionTree.leftLeaves(leaves.size());
        Optional<String> low = recursive(leaves.subList(0, left));
        Optional<String> high = recursive(leaves.subList(left, leaves.size()));
        if (low.isEmpty() || high.isEmpty()) {
            return low.or(() -> high);
        }
        return Optional.of(join(low.get(), high.get()));
    }

    private static List<Optional<String>> leaves(int count) {
        List<Optional<String>> leaves = new ArrayList<>();
        IntStream.range(0, count).forEach(i -> leaves.add(Optional.of(Integer.toString(i))));
        return leaves;
    }

    private static String join(String left, String right) {
        return "(" + left + "+" + right + ")";
    }
}
