package shoal.worker.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import shoal.engine.ElementRange;
import shoal.plan.step.BlockNorms;
import shoal.plan.step.LeafPath;
import shoal.plan.step.SumTree;
import shoal.worker.exchange.RangeHeader;

/** Sums of a range that is longer than a piece. */
final class DenseSumTest {
    private static final int PIECE = RangeHeader.PIECE_ELEMENTS;
    private static final ElementRange RANGE = new ElementRange(8_192, 8_192 + PIECE + 4_096);
    private static final SumTree TREE =
            SumTree.of(
                    List.of(
                            new LeafPath(0, 0, 0),
                            new LeafPath(1, 0, 0),
                            new LeafPath(2, 0, 0),
                            new LeafPath(3, 0, 0)));

    /** A piece of a leaf's gradient. */
    private record Offer(int leaf, long at, int length) {}

    @Test
    void pieces_in_any_order_add_up_in_the_order_of_the_tree() {
        float[][] leaves = new float[4][];
        float[] expected = new float[(int) RANGE.size()];
        Random values = new Random(5);
        for (int leaf = 0; leaf < 4; leaf++) {
            leaves[leaf] = new float[expected.length];
            for (int i = 0; i < expected.length; i++) {
                leaves[leaf][i] = (float) values.nextGaussian();
            }
        }
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (leaves[0][i] + leaves[1][i]) + (leaves[2][i] + leaves[3][i]);
        }
        for (long seed = 1; seed <= 30; seed++) {
            FloatBuffer result = FloatBuffer.allocate(expected.length);
            DenseSum sum = new DenseSum(TREE, RANGE, result);

            List<Boolean> ended = new ArrayList<>();
            for (Offer offer : offers(new Random(seed))) {
                FloatBuffer piece =
                        FloatBuffer.wrap(leaves[offer.leaf()])
                                .slice((int) (offer.at() - RANGE.from()), offer.length());
                ended.add(sum.add(offer.leaf(), offer.at(), piece));
            }

            assertThat(ended).as("seed " + seed).endsWith(true).containsOnlyOnce(true);
            assertThat(result.array()).as("seed " + seed).isEqualTo(expected);
            assertThat(sum.norms()).isEqualTo(new BlockNorms().all(result));
        }
    }

    @Test
    void only_whole_pieces_of_the_range_are_taken() {
        DenseSum sum = new DenseSum(TREE, RANGE, FloatBuffer.allocate((int) RANGE.size()));

        assertThat(sum.isPieces(RANGE.from(), (int) RANGE.size())).isTrue();
        assertThat(sum.isPieces(RANGE.from(), PIECE)).isTrue();
        assertThat(sum.isPieces(RANGE.from() + PIECE, 4_096)).isTrue();
        assertThat(sum.isPieces(RANGE.from(), 4_096)).isFalse();
        assertThat(sum.isPieces(RANGE.from() + 4_096, PIECE)).isFalse();
        assertThat(sum.isPieces(RANGE.from() + PIECE, PIECE)).isFalse();
        assertThat(sum.isPieces(0, PIECE)).isFalse();
        assertThat(sum.isPieces(RANGE.from(), 0)).isFalse();
    }

    private static List<Offer> offers(Random random) {
        List<Offer> offers = new ArrayList<>();
        for (int leaf = 0; leaf < 4; leaf++) {
            offers.add(new Offer(leaf, RANGE.from(), PIECE));
            offers.add(new Offer(leaf, RANGE.from() + PIECE, 4_096));
        }
        Collections.shuffle(offers, random);
        return offers;
    }
}
