package shoal.model.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.model.Golden;
import shoal.recipe.json.JsonReader;

class PythonJsonTest {
    @Test
    void a_file_that_python_wrote_is_written_again_byte_by_byte() {
        for (String name :
                List.of("classifier/config.json", "sharded/config.json", "trainer_state.json")) {
            String text = Golden.text(name);

            String written =
                    PythonJson.sorted(
                            JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8), name));

            assertThat(written + "\n").isEqualTo(text);
        }
    }

    @Test
    void keys_are_sorted_and_whole_numbers_sort_by_value() {
        Members object = new Members();
        object.text("b", "x").nothing("10").flag("2", true).integer("a", 7);

        assertThat(PythonJson.sorted(object.object()))
                .isEqualTo("{\n  \"2\": true,\n  \"10\": null,\n  \"a\": 7,\n  \"b\": \"x\"\n}");
    }

    @Test
    void everything_but_ascii_is_escaped() {
        Members object = new Members().text("k", "酒\"\\\n\u0001\u007f😀");

        assertThat(PythonJson.sorted(object.object()))
                .isEqualTo("{\n  \"k\": \"\\u9152\\\"\\\\\\n\\u0001\\u007f\\ud83d\\ude00\"\n}");
    }
}
