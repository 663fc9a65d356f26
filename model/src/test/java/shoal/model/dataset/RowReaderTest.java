package shoal.model.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import org.junit.jupiter.api.Test;
import shoal.recipe.UserException;

final class RowReaderTest {
    @Test
    void texts_come_in_windows_with_their_lines() {
        RowReader reader = texts("\uFEFF一\n\n三 \r\n四\t四");

        assertThat(reader.next(2)).containsExactly(new TextRow(1, 0, "一"), new TextRow(2, 0, ""));
        assertThat(reader.next(9))
                .containsExactly(new TextRow(3, 0, "三"), new TextRow(4, 0, "四\t四"));
        assertThat(reader.next(9)).isEmpty();
        assertThat(reader.lines()).isEqualTo(4);
        reader.throwIfAny();
    }

    @Test
    void every_wrong_line_is_told_with_its_number() {
        byte[] bytes = "好\nX\n好\nX\n".getBytes(UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == 'X' ? (byte) 0xE9 : bytes[i];
        }
        RowReader reader = RowReader.texts(new ByteArrayInputStream(bytes), "t.txt");

        assertThat(reader.next(9)).hasSize(2);
        assertThatThrownBy(reader::throwIfAny)
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("t.txt:2: is not UTF-8: byte 1", "t.txt:4: is not UTF-8");
    }

    @Test
    void a_pipe_that_is_still_open_gives_what_is_there() throws IOException {
        try (PipedOutputStream writer = new PipedOutputStream();
                RowReader reader = RowReader.texts(new PipedInputStream(writer), "-")) {
            writer.write("a\nb\n".getBytes(UTF_8));
            writer.flush();

            assertThat(reader.next(9)).extracting(TextRow::text).containsExactly("a", "b");

            writer.write("c\n".getBytes(UTF_8));
            assertThat(reader.next(9)).extracting(TextRow::text).containsExactly("c");
        }
    }

    private static RowReader texts(String text) {
        return RowReader.texts(new ByteArrayInputStream(text.getBytes(UTF_8)), "t.txt");
    }
}
