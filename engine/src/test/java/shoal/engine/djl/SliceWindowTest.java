package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.engine.RowInput;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;

/** How many slices are on their way at a time. */
final class SliceWindowTest {
    private static final GptConfig SMALL = config(256, 4);
    private static final GptConfig BASE = config(768, 12);

    @Test
    void where_activations_weigh_more_there_are_as_many_as_lanes() {
        // 8 slices of 400 tokens keep 8 x 20 MB; two sets of waiting gradients are 2 x 13 MB.
        assertThat(window(SMALL, 8, 100, 1)).isEqualTo(1);
        assertThat(window(SMALL, 8, 100, 2)).isEqualTo(2);
    }

    @Test
    void where_gradients_weigh_more_all_slices_go_together() {
        // 8 slices of 40 tokens keep 8 x 24 MB; one set of gradients is 340 MB.
        assertThat(window(BASE, 8, 10, 2)).isEqualTo(8);
        assertThat(window(BASE, 2, 100, 2)).isEqualTo(2);
    }

    @Test
    void slices_begun_at_the_end_count() {
        // Four lanes begin the last 7 together: with a set of gradients, more than 8 small slices.
        assertThat(window(SMALL, 8, 50, 4)).isEqualTo(8);
        assertThat(window(SMALL, 8, 100, 4)).isEqualTo(4);
        assertThat(window(SMALL, 8, 50, 2)).isEqualTo(2);
    }

    @Test
    void fewer_slices_than_lanes_all_go_together() {
        assertThat(window(SMALL, 3, 100, 8)).isEqualTo(3);
        assertThat(window(SMALL, 1, 100, 2)).isEqualTo(1);
    }

    @Test
    void slices_that_keep_inputs_alone_all_go_together_sooner() {
        // 8 slices of 400 tokens keep 8 x 2.9 MB; halves keep 4 x 2.9 and 13 of gradients.
        assertThat(window(SMALL, 8, 100, 1, true)).isEqualTo(8);
    }

    private static int window(GptConfig config, int slices, int tokensPerRow, int lanes) {
        return window(config, slices, tokensPerRow, lanes, false);
    }

    /** For slices of four rows each. */
    private static int window(
            GptConfig config, int slices, int tokensPerRow, int lanes, boolean inputsOnly) {
        int[] ids = new int[tokensPerRow];
        Arrays.fill(ids, 1);
        List<RowInput> rows = new ArrayList<>();
        for (int row = 0; row < 4; row++) {
            rows.add(new RowInput(row, ids, 0, 1));
        }
        long layer = ParameterTable.of(config).units().get(1).sizeElements();
        return new SliceWindow(config, layer, inputsOnly)
                .slices(Collections.nCopies(slices, PackedRows.of(rows, config)), lanes);
    }

    private static GptConfig config(int hidden, int layers) {
        int heads = hidden / 64;
        return new GptConfig(
                21128, 1024, hidden, layers, heads, 4 * hidden, 2, 0, 1e-5, 0.02, 0, 0, 0);
    }
}
