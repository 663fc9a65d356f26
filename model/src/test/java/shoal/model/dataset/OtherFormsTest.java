package shoal.model.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shoal.model.Refused;

/** Files that are no rows in UTF-8: what they look like, and what makes rows of them. */
class OtherFormsTest {
    private static final String ROWS = "0\t酒店很好\n1\ttoo loud\n";

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "UTF-16LE, \uFEFF, UTF-16, starts with the bytes FF FE",
        "UTF-16BE, \uFEFF, UTF-16, starts with the bytes FE FF",
        "UTF-32LE, \uFEFF, UTF-32, starts with the bytes FF FE 00 00",
        "UTF-32BE, \uFEFF, UTF-32, starts with the bytes 00 00 FE FF",
        "UTF-16LE, '', UTF-16LE, has a NUL in each character",
        "UTF-16BE, '', UTF-16BE, has a NUL in each character",
        "UTF-32LE, '', UTF-32LE, has a NUL in each character",
        "UTF-32BE, '', UTF-32BE, has a NUL in each character",
    })
    void characters_of_two_or_four_bytes_are_told_once_for_the_file(
            String encoding, String mark, String named, String how) throws IOException {
        assertThat(refused((mark + ROWS).getBytes(Charset.forName(encoding))))
                .containsExactly(
                        "t.tsv: is not UTF-8, but looks like "
                                + named
                                + ": it "
                                + how
                                + ". Save the file as UTF-8: iconv -f "
                                + named
                                + " -t UTF-8 OLD > NEW");
    }

    @ParameterizedTest
    @CsvSource({
        "酒店, GB18030, GB18030, GB18030",
        "酒店 very good, GBK, GB18030, GB18030",
        "café et crème, ISO-8859-1, Latin-1 or another encoding of one byte a character, WINDOWS-1252",
        "garçon, ISO-8859-1, Latin-1 or another encoding of one byte a character, WINDOWS-1252",
    })
    void a_line_that_is_not_utf8_is_told_by_its_bytes(
            String text, String encoding, String looksLike, String from) throws IOException {
        assertThat(refused(("0\t" + text + "\n").getBytes(Charset.forName(encoding))))
                .singleElement()
                .asString()
                .contains("The line looks like " + looksLike + ". Save")
                .endsWith("iconv -f " + from + " -t UTF-8 OLD > NEW");
    }

    @Test
    void a_text_with_a_nul_is_a_text() throws IOException {
        Path file = folder.resolve("t.tsv");
        Files.write(file, "0\ta\0b\n".getBytes(UTF_8));

        assertThat(DataSet.read(file, "t.tsv").rows()).hasSize(1);
    }

    @Test
    void other_tables_are_told_with_the_command_that_makes_rows_of_them() throws IOException {
        assertThat(refused("{\"label\": 0, \"text\": \"a\"}\n".getBytes(UTF_8)))
                .containsExactly(
                        none(1)
                                + " The file looks like JSON lines. Make rows of it: jq -r '. |"
                                + " [.label, .text] | @tsv' OLD > NEW, with the names of your"
                                + " fields.");
        assertThat(refused("[{\"label\": 0},\n{\"label\": 1}]\n".getBytes(UTF_8)))
                .singleElement()
                .asString()
                .contains("looks like a JSON list", "jq -r '.[] | [.label, .text] | @tsv'");
        assertThat(refused("label,text\n0,a b\n".getBytes(UTF_8)))
                .containsExactly(
                        none(2)
                                + " The file looks like CSV with \",\" between its columns. Make"
                                + " rows of it: python3 -c 'import csv, sys; [print(r[0], \""
                                + " \".join(r[1].split()), sep=\"\\t\") for r in"
                                + " csv.reader(sys.stdin, delimiter=\",\")]' < OLD > NEW, where 0"
                                + " and 1 are the columns of label and text; delete a header line.");
        assertThat(refused("0;a, b\n1;c\n".getBytes(UTF_8)))
                .singleElement()
                .asString()
                .contains("CSV with \";\"");
        assertThat(refused("just words\n".getBytes(UTF_8))).containsExactly(none(1));
    }

    private static String none(int lines) {
        return "t.tsv: No rows are left: none of its "
                + lines
                + " lines has a tab and a text after it. Expected lines label<TAB>text with labels"
                + " 0, 1, 2, ….";
    }

    private List<String> refused(byte[] bytes) throws IOException {
        Path file = folder.resolve("t.tsv");
        Files.write(file, bytes);
        return Refused.by(() -> DataSet.read(file, "t.tsv"));
    }
}
