package shoal.model.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Golden;
import shoal.model.GptConfig;
import shoal.model.Refused;
import shoal.model.Shared;
import shoal.model.tokenizer.Tokenizer;

class TokenTableTest {
    @TempDir Path folder;

    @Test
    void rows_keep_their_order_ids_and_labels() {
        TokenTable table = table(60, "hello world", "the hotel");

        assertThat(table.rows()).isEqualTo(2);
        assertThat(table.ids(0)).containsExactly(53, 54);
        assertThat(table.ids(1)).containsExactly(55, 56);
        assertThat(table.label(0)).isZero();
        assertThat(table.label(1)).isEqualTo(1);
        assertThat(table.length(1)).isEqualTo(2);
        assertThat(table.tokens()).isEqualTo(4);
    }

    @Test
    void a_row_without_tokens_is_one_pad_id() {
        TokenTable table = table(60, "", "\u200b", "[PAD] [PAD]");

        for (int row = 0; row < 3; row++) {
            assertThat(table.ids(row)).containsExactly(0);
            assertThat(table.length(row)).isEqualTo(1);
        }
        assertThat(table.tokenizedLength(0)).isZero();
        assertThat(table.tokenizedLength(2)).isEqualTo(2);
    }

    @Test
    void pad_ids_at_the_end_are_left_out_and_those_inside_are_kept() {
        TokenTable table = table(60, "[PAD] hello [PAD] world [PAD] [PAD]");

        assertThat(table.ids(0)).containsExactly(0, 53, 0, 54);
        assertThat(table.tokenizedLength(0)).isEqualTo(6);
    }

    @Test
    void more_rows_than_one_batch_are_all_there() {
        String[] texts = new String[2_500];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "hello ".repeat(i % 70);
        }

        TokenTable table = table(60, texts);

        assertThat(table.rows()).isEqualTo(2_500);
        for (int i = 0; i < texts.length; i++) {
            assertThat(table.length(i)).isEqualTo(Math.max(1, Math.min(64, i % 70)));
        }
    }

    @Test
    void an_id_beyond_the_models_vocabulary_is_refused() {
        assertThat(Refused.by(() -> table(55, "hello", "hello hotel")))
                .containsExactly(
                        "t.tsv:2: has the token id 56, but the model's vocab_size is 55: the"
                                + " tokenizer files and the weights do not belong together.");
    }

    @Test
    void the_reference_rows_fit_the_reference_model() {
        Path model = Shared.golden("gpt2-tiny");
        DataSet data = DataSet.read(Shared.golden("train.tsv"), "train.tsv");

        try (Tokenizer tokenizer = Tokenizer.open(model, 192)) {
            TokenTable table = TokenTable.of(data, tokenizer, config(21_128));
            assertThat(table.rows()).isEqualTo(480);
            for (int row = 0; row < table.rows(); row++) {
                assertThat(table.length(row)).isBetween(1, 192);
            }
        }
    }

    private TokenTable table(int vocabulary, String... texts) {
        List<TextRow> rows = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            rows.add(new TextRow(i + 1, i % 2, texts[i]));
        }
        try {
            Files.copy(Golden.path("wordpiece/vocab.txt"), folder.resolve("vocab.txt"));
        } catch (IOException refused) {
            throw new IllegalStateException(refused);
        }
        try (Tokenizer tokenizer = Tokenizer.open(folder, "m", 64)) {
            return TokenTable.of(new DataSet("t.tsv", rows, 0), tokenizer, config(vocabulary));
        }
    }

    private static GptConfig config(int vocabulary) {
        return new GptConfig(vocabulary, 1_024, 8, 1, 1, 32, 2, 0, 1e-5, 0.02, 0, 0, 0);
    }
}
