package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.engine.RowInput;
import shoal.model.GptConfig;

/** Which tokens of a row count, and how rows lie. */
final class PackedRowsTest {
    private static final GptConfig CONFIG = Fixtures.tiny(0);

    @Test
    void a_row_ends_with_its_last_token_that_is_not_padding() {
        assertThat(tokens(3, 4, 5)).isEqualTo(3);
        assertThat(tokens(3, 0, 5, 0, 0)).isEqualTo(3);
        assertThat(tokens(3)).isEqualTo(1);
        assertThat(tokens(0)).isEqualTo(1);
        assertThat(tokens(0, 0, 0)).isEqualTo(1);
    }

    @Test
    void rows_lie_shortest_first_and_equals_by_number() {
        List<RowInput> rows = List.of(row(8, 1, 2), row(3, 4, 5, 6), row(2, 7, 8), row(5, 9));

        PackedRows packed = PackedRows.of(rows, CONFIG);

        assertThat(packed.rows()).extracting(RowInput::row).containsExactly(5, 2, 8, 3);
        assertThat(packed.places()).containsExactly(3, 2, 0, 1);
        assertThat(packed.starts()).containsExactly(0, 1, 3, 5, 8);
        assertThat(packed.ids()).containsExactly(9, 7, 8, 1, 2, 4, 5, 6);
        assertThat(packed.longest()).isEqualTo(3);
    }

    @Test
    void what_the_model_does_not_have_is_refused_by_name() {
        assertThatThrownBy(() -> PackedRows.of(List.of(row(4, 1, -1, 2)), CONFIG))
                .hasMessage("row 4 has token id -1 at 1, the model has ids 0 to 49");
        int[] tooLong = new int[33];
        Arrays.fill(tooLong, 1);
        assertThatThrownBy(() -> PackedRows.of(List.of(row(4, tooLong)), CONFIG))
                .hasMessage("row 4 has 33 tokens, the model has 32 positions");
        assertThatThrownBy(
                        () -> PackedRows.of(List.of(new RowInput(6, new int[] {1}, 3, 1)), CONFIG))
                .hasMessage("row 6 has label 3, the model has classes 0 to 2");
    }

    private static int tokens(int... ids) {
        return PackedRows.tokens(row(0, ids), CONFIG);
    }

    private static RowInput row(int number, int... ids) {
        return new RowInput(number, ids, 0, 1);
    }
}
