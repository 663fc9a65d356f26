package shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PredictCommandTest {
    private static final Path MODEL = Shell.root().resolve("data/model");
    private static final String LINE =
            "\\{\"label\":[01],\"name\":\"LABEL_[01]\",\"score\":0\\.\\d+,\"probabilities\":\\[0\\.\\d+,0\\.\\d+],\"text\":\"%s\"}";

    @TempDir private Path folder;

    @Test
    void texts_typed_piped_or_in_a_file_get_the_same_answers() throws IOException {
        Files.writeString(folder.resolve("texts.txt"), "房间很干净\n书 \"不\" 好\n");
        Shell shell = new Shell(folder).piping("房间很干净\n书 \"不\" 好\n");

        Shell.Answer typed =
                shell.type("predict", "--model", MODEL.toString(), "房间很干净", "书 \"不\" 好");
        Shell.Answer piped = shell.type("predict", "--model", MODEL.toString(), "--file", "-");
        Shell.Answer bare =
                new Shell(folder)
                        .piping("房间很干净\n书 \"不\" 好\n")
                        .type("predict", "--model", MODEL.toString());
        Shell.Answer read =
                shell.type("predict", "--model", MODEL.toString(), "--file", "texts.txt");

        assertThat(typed.code()).isZero();
        List<String> lines = typed.out().lines().toList();
        assertThat(lines.get(0)).matches(LINE.formatted("房间很干净"));
        assertThat(lines.get(1)).matches(LINE.formatted("书 \\\\\"不\\\\\" 好"));
        assertThat(piped).isEqualTo(typed);
        assertThat(bare).isEqualTo(typed);
        assertThat(read).isEqualTo(typed);
    }

    @Test
    void rows_with_labels_are_counted_at_the_end() throws IOException {
        Files.writeString(folder.resolve("dev.tsv"), "0\t差\n1\t好\n");

        Shell.Answer answer =
                new Shell(folder).type("predict", "--model", MODEL.toString(), "--file", "dev.tsv");

        assertThat(answer.code()).isZero();
        assertThat(answer.out().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("\"expected\":"));
        assertThat(answer.err())
                .matches(
                        "2 rows: accuracy [01]\\.\\d{4}, precision [01]\\.\\d{4},"
                                + " recall [01]\\.\\d{4}, f1 [01]\\.\\d{4}\n");
    }

    @Test
    void a_model_named_as_on_the_hub_gives_the_answers_of_its_folder() throws IOException {
        ModelCache.holding(folder.resolve("cache"), "ann/small", MODEL);
        Shell shell = new Shell(folder).with("HF_HUB_CACHE", folder.resolve("cache").toString());

        Shell.Answer named = shell.type("predict", "--model", "ann/small", "房间很干净");
        Shell.Answer absent = shell.type("predict", "--model", "ann/other", "房间很干净");

        assertThat(named.code()).isZero();
        assertThat(named).isEqualTo(shell.type("predict", "--model", MODEL.toString(), "房间很干净"));
        assertThat(absent.code()).isEqualTo(2);
        assertThat(absent.err())
                .startsWith("shoal: --model: ann/other is neither a folder nor a model")
                .contains(
                        folder.resolve("cache/models--ann--other").toString(),
                        "hf download ann/other");
    }

    @Test
    void what_cannot_be_read_is_a_user_error() throws IOException {
        Files.write(folder.resolve("latin.txt"), new byte[] {(byte) 0xe9, '\n'});
        Shell shell = new Shell(folder);
        String model = MODEL.toString();

        assertThat(shell.type("predict", "--model", "nowhere", "x").err()).contains("nowhere");
        assertThat(shell.type("predict", "--model", "nowhere", "x").code()).isEqualTo(2);
        assertThat(shell.type("predict", "--model", model, "--file", "gone.txt").err())
                .startsWith("shoal: gone.txt: There is no such file (looked for ");
        assertThat(shell.type("predict", "--model", model, "--file", "latin.txt").err())
                .startsWith("shoal: latin.txt:1: is not UTF-8: byte 1 of the line is 0xE9.");
        assertThat(shell.type("predict", "--model", model, "--file", "-", "x").code()).isEqualTo(2);
    }

    @Test
    void a_file_a_text_and_a_word_are_told_apart() throws IOException {
        Files.writeString(folder.resolve("texts.txt"), "房间很干净\n");
        Shell shell = new Shell(folder).piping("房间很干净\n");

        Shell.Answer named = predict(shell, "texts.txt");

        assertThat(named.out()).contains("\"text\":\"房间很干净\"");
        assertThat(predict(shell, "--text", "房间很干净")).isEqualTo(named);
        assertThat(predict(shell, "房间很干净")).isEqualTo(named);
        assertThat(predict(shell, "-")).isEqualTo(named);
        assertThat(predict(shell, "gone.tsv").err()).startsWith("shoal: gone.tsv: There is no");
        assertThat(predict(shell, "texts.txt", "--text", "x").err())
                .isEqualTo("shoal: texts.txt: is given, and texts too; give one of them\n");
        assertThat(predict(shell, "texts.txt", "-").err())
                .isEqualTo("shoal: FILE: is given more than once: texts.txt, -; give one\n");
    }

    @Test
    void results_come_in_the_order_of_the_rows_whatever_the_window() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < 300; row++) {
            rows.append(row % 2).append('\t').append("好".repeat(1 + row * 7 % 41)).append('\n');
        }
        Files.writeString(folder.resolve("dev.tsv"), rows.toString());
        Shell shell = new Shell(folder);

        Shell.Answer usual = predict(shell, "dev.tsv");
        Shell.Answer small = predict(shell, "dev.tsv", "--batch_size", "7", "--lanes", "1");

        assertThat(usual.code()).isZero();
        assertThat(small).isEqualTo(usual);
        List<String> lines = usual.out().lines().toList();
        assertThat(lines).hasSize(300);
        assertThat(lines.get(299)).endsWith("\"expected\":1,\"text\":\"" + "好".repeat(3) + "\"}");
    }

    @Test
    void csv_and_tsv_have_a_header_and_quote_what_they_must() {
        Shell shell = new Shell(folder);

        String csv = predict(shell, "--format", "csv", "--text", "a,\"b\"", "--text", "c").out();
        String tsv = predict(shell, "--format", "tsv", "--text", "a\tb\\").out();

        assertThat(csv.lines().toList().get(0))
                .isEqualTo("label,name,score,probability_0,probability_1,text");
        assertThat(csv.lines().toList().get(1))
                .matches("[01],LABEL_[01],0\\.\\d{6},0\\.\\d{6},0\\.\\d{6},\"a,\"\"b\"\"\"");
        assertThat(csv).endsWith(",c\n");
        assertThat(tsv).startsWith("label\tname\tscore\t").endsWith("\ta\\tb\\\\\n");
        assertThat(predict(shell, "--format", "xml", "x").err())
                .isEqualTo("shoal: --format: is xml, expected jsonl, csv or tsv\n");
    }

    @Test
    void a_result_file_appears_whole_or_not_at_all() throws IOException {
        Files.writeString(folder.resolve("dev.tsv"), "0\t差\n1\t好\n");
        Files.writeString(folder.resolve("out.jsonl"), "what was there");
        Shell shell = new Shell(folder);
        byte[] broken = {'a', '\n', (byte) 0xE9, '\n'};

        Shell.Answer failed =
                new Shell(folder)
                        .piping(broken)
                        .type("predict", "--model", MODEL.toString(), "--output", "out.jsonl");

        assertThat(failed.code()).isEqualTo(2);
        assertThat(failed.err()).startsWith("shoal: standard input:2: is not UTF-8");
        assertThat(folder.resolve("out.jsonl")).hasContent("what was there");
        Shell.Answer done =
                predict(shell, "dev.tsv", "--output", "out.jsonl", "--metrics", "figures.json");
        assertThat(done.code()).isZero();
        assertThat(done.out()).isEmpty();
        assertThat(folder.resolve("out.jsonl")).content().hasLineCount(2);
        assertThat(folder.resolve("figures.json"))
                .content()
                .matches("\\{\"rows\":2,\"accuracy\":[01.5]+,\"precision\".*\"f1\":[0-9.]+}\n");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder("dev.tsv", "out.jsonl", "figures.json");
        }
    }

    @Test
    void all_problems_of_a_file_are_told_at_once() throws IOException {
        Files.writeString(folder.resolve("dev.tsv"), "0\t差\nx\t好\n7\t好\n9\t好\n");
        Files.writeString(folder.resolve("labels.tsv"), "0\t差\n7\t好\n1\t好\n2\t好\n");

        Shell.Answer words = predict(new Shell(folder), "dev.tsv");
        Shell.Answer labels = predict(new Shell(folder), "labels.tsv");

        assertThat(words.code()).isEqualTo(2);
        assertThat(words.err()).startsWith("shoal: dev.tsv:2: The label is \"x\"");
        assertThat(labels.code()).isEqualTo(2);
        assertThat(labels.err())
                .isEqualTo(
                        "shoal: labels.tsv:2: The label is 7, but the model has 2 classes: labels 0"
                                + " to 1.\n"
                                + "shoal: labels.tsv:4: The label is 2, but the model has 2 classes:"
                                + " labels 0 to 1.\n");
    }

    @Test
    void flags_that_mean_nothing_are_refused() {
        Shell shell = new Shell(folder);

        assertThat(predict(shell, "--max_seq_length", "0", "x").err())
                .isEqualTo("shoal: --max_seq_length: is 0, expected at least 1\n");
        assertThat(predict(shell, "--max_seq_length", "999", "x").err())
                .contains("n_positions 256", "999", "Ask for at most 256");
        assertThat(predict(shell, "--batch_size", "0", "x").err())
                .isEqualTo("shoal: --batch_size: is 0, expected 1 to 1048576\n");
        assertThat(predict(shell, "--metrics", "m.json", "x").err())
                .startsWith("shoal: --metrics: needs rows with labels");
    }

    @Test
    void a_reader_that_has_enough_ends_the_command_quietly() {
        Shell shell = new Shell(folder).piping("好\n".repeat(5_000)).outClosedAfter(1_000);

        Shell.Answer answer = shell.type("predict", "--model", MODEL.toString());

        assertThat(answer.code()).isZero();
        assertThat(answer.err()).isEmpty();
        assertThat(answer.out().lines().count()).isLessThan(100);
    }

    private static Shell.Answer predict(Shell shell, String... words) {
        List<String> all = new ArrayList<>(List.of("predict", "--model", MODEL.toString()));
        all.addAll(List.of(words));
        return shell.type(all.toArray(String[]::new));
    }
}
