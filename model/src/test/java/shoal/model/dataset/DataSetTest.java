package shoal.model.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Refused;
import shoal.model.Shared;
import shoal.recipe.Limits;

class DataSetTest {
    @TempDir Path folder;

    @Test
    void the_first_tab_splits_and_white_space_at_the_end_is_dropped() throws IOException {
        DataSet data = read("1\tgood \u3000\n0\tbad\tand worse\t\n 2 \t x\u200b\r\n");

        assertThat(data.rows())
                .containsExactly(
                        new TextRow(1, 1, "good"),
                        new TextRow(2, 0, "bad\tand worse"),
                        new TextRow(3, 2, " x\u200b"));
        assertThat(data.skippedLines()).isZero();
        assertThat(data.notice()).isEmpty();
        assertThat(data.largestLabel()).isEqualTo(2);
    }

    @Test
    void lines_end_where_python_ends_them() throws IOException {
        DataSet data = read("0\ta\r1\tb\r\n0\tc\u2028\u0085d\n1\te");

        assertThat(data.rows())
                .containsExactly(
                        new TextRow(1, 0, "a"),
                        new TextRow(2, 1, "b"),
                        new TextRow(3, 0, "c\u2028\u0085d"),
                        new TextRow(4, 1, "e"));
    }

    @Test
    void lines_without_a_tab_are_skipped_and_counted() throws IOException {
        DataSet data = read("no tab\n1\tkept\n\n0\t  \n0\t\u200b\n");

        assertThat(data.rows())
                .containsExactly(new TextRow(2, 1, "kept"), new TextRow(5, 0, "\u200b"));
        assertThat(data.skippedLines()).isEqualTo(3);
        assertThat(data.notice())
                .contains(
                        "data/t.tsv: skipped 3 lines without a tab between label and text; 2 rows"
                                + " read.");
    }

    @Test
    void a_byte_order_mark_at_the_start_is_dropped() throws IOException {
        assertThat(read("\uFEFF1\tx\n").rows()).containsExactly(new TextRow(1, 1, "x"));
    }

    @Test
    void a_line_that_crosses_the_buffer_is_read_whole() throws IOException {
        String text = "好".repeat(100_000);

        DataSet data = read("0\t" + text + "\r\n1\tb\r\n");

        assertThat(data.rows()).containsExactly(new TextRow(1, 0, text), new TextRow(2, 1, "b"));
    }

    @Test
    void a_missing_file_is_named() {
        assertThat(Refused.by(() -> DataSet.read(folder.resolve("no.tsv"), "data/no.tsv")))
                .singleElement()
                .asString()
                .startsWith("data/no.tsv: There is no such file (looked for /")
                .endsWith("no.tsv).");
    }

    @Test
    void a_folder_is_no_file() {
        assertThat(Refused.by(() -> DataSet.read(folder, "data")))
                .containsExactly(
                        "data: is a folder, expected a file of lines label<TAB>text with labels 0,"
                                + " 1, 2, ….");
    }

    @Test
    void an_empty_file_is_refused() {
        assertThat(refused(""))
                .containsExactly(
                        "data/t.tsv: The file is empty, expected lines label<TAB>text with labels"
                                + " 0, 1, 2, ….");
    }

    @Test
    void a_file_without_rows_is_refused() {
        assertThat(refused("a\nb\n"))
                .containsExactly(
                        "data/t.tsv: No rows are left: none of its 2 lines has a tab and a text"
                                + " after it. Expected lines label<TAB>text with labels 0, 1, 2,"
                                + " ….");
    }

    @Test
    void text_that_is_not_utf8_is_named_by_line_and_byte() throws IOException {
        Path file = folder.resolve("gbk.tsv");
        Files.write(file, "0\tok\n1\t酒店\n".getBytes(Charset.forName("GBK")));

        assertThat(Refused.by(() -> DataSet.read(file, "data/gbk.tsv")))
                .containsExactly(
                        "data/gbk.tsv:2: is not UTF-8: byte 3 of the line is 0xBE. The line looks"
                                + " like GB18030. Save the file as UTF-8: iconv -f GB18030 -t UTF-8"
                                + " OLD > NEW");
    }

    @Test
    void a_character_cut_in_the_middle_is_not_utf8() throws IOException {
        Path file = folder.resolve("cut.tsv");
        Files.write(file, new byte[] {'0', '\t', (byte) 0xE9, (byte) 0x85});

        assertThat(Refused.by(() -> DataSet.read(file, "cut.tsv")))
                .singleElement()
                .asString()
                .startsWith("cut.tsv:1: is not UTF-8: byte 3 of the line is 0xE9.");
    }

    @Test
    void a_header_line_is_recognised() {
        assertThat(refused("label\ttext\n0\tx\n"))
                .containsExactly(
                        "data/t.tsv:1: The first line is a header (its label is \"label\"), but the"
                                + " file must start with the first row: label<TAB>text with labels"
                                + " 0, 1, 2, …. Delete the line: tail -n +2 OLD > NEW");
    }

    @Test
    void every_wrong_label_is_named_with_its_line() {
        assertThat(refused("0\ta\nx\tb\n1.0\tc\n-1\td\n10000\te\n99999999999\tf\n\tg\n"))
                .containsExactly(
                        "data/t.tsv:2: The label is \"x\", expected a whole number from 0.",
                        "data/t.tsv:3: The label is \"1.0\", expected a whole number from 0.",
                        "data/t.tsv:4: The label is -1, expected 0 to 9999. Number the classes"
                                + " from 0.",
                        "data/t.tsv:5: The label is 10000, expected 0 to 9999. Number the classes"
                                + " from 0.",
                        "data/t.tsv:6: The label is 99999999999, expected 0 to 9999. Number the"
                                + " classes from 0.",
                        "data/t.tsv:7: The label before the tab is empty, expected a whole number"
                                + " from 0.");
    }

    @Test
    void many_problems_are_counted_after_the_first_twenty() {
        assertThat(refused("x1\ta\n".repeat(50))).hasSize(21).last().isEqualTo("and 30 more");
    }

    @Test
    void a_line_beyond_the_bound_is_refused_and_the_rest_is_read() {
        assertThat(refused("0\t" + "a".repeat(Limits.LINE_BYTES) + "\nx\tb\n"))
                .containsExactly(
                        "data/t.tsv:1: The line is longer than 1048576 bytes. Shorten the text.",
                        "data/t.tsv:2: The label is \"x\", expected a whole number from 0.");
    }

    @Test
    void labels_beyond_the_classes_are_named() throws IOException {
        DataSet data = read("0\ta\n2\tb\n1\tc\n3\td\n");

        assertThat(Refused.by(() -> data.requireLabelsBelow(2, "--num_labels")))
                .containsExactly(
                        "data/t.tsv:2: The label is 2, but --num_labels gives 2 classes: labels 0"
                                + " to 1. Correct the label or raise the number of classes.",
                        "data/t.tsv:4: The label is 3, but --num_labels gives 2 classes: labels 0"
                                + " to 1. Correct the label or raise the number of classes.");
    }

    @Test
    void the_reference_files_have_the_rows_that_hf_read() {
        Path train = Shared.golden("train.tsv");
        Path dev = Shared.golden("dev.tsv");

        assertThat(DataSet.read(train, "train.tsv").rows()).hasSize(480);
        assertThat(DataSet.read(dev, "dev.tsv").rows()).hasSize(96);
    }

    private DataSet read(String text) throws IOException {
        Path file = folder.resolve("t.tsv");
        Files.writeString(file, text, StandardCharsets.UTF_8);
        return DataSet.read(file, "data/t.tsv");
    }

    private List<String> refused(String text) {
        return Refused.by(() -> read(text));
    }
}
