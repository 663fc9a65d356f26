package shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PredictCommandTest {
    private static final Path MODEL = Shell.root().resolve("data/model");
    private static final String LINE =
            "\\{\"label\":[01],\"probabilities\":\\[0\\.\\d+,0\\.\\d+],\"text\":\"%s\"}";

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
        assertThat(answer.err()).matches("[012] of 2 rows as labelled \\([01]\\.\\d{4}\\)\n");
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
                .isEqualTo("shoal: gone.txt: there is no such file\n");
        assertThat(shell.type("predict", "--model", model, "--file", "latin.txt").err())
                .isEqualTo("shoal: latin.txt: is not UTF-8 text; convert it, with iconv or so\n");
        assertThat(shell.type("predict", "--model", model, "--file", "-", "x").code()).isEqualTo(2);
    }
}
