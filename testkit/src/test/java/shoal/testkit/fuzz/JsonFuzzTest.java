package shoal.testkit.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import shoal.model.json.PythonJson;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/** Any bytes as JSON; what is read can be written, and reads back the same. */
class JsonFuzzTest {
    @FuzzTest
    void reads(byte[] input) {
        Reading.of(
                input,
                () -> {
                    JsonValue value = JsonReader.read(input, "file.json");
                    String text = JsonWriter.compact(value);
                    JsonValue again = JsonReader.read(text.getBytes(UTF_8), "file.json");
                    assertThat(JsonWriter.compact(again)).isEqualTo(text);
                    JsonValue sorted =
                            JsonReader.read(PythonJson.sorted(value).getBytes(UTF_8), "file.json");
                    assertThat(PythonJson.sorted(sorted)).isEqualTo(PythonJson.sorted(value));
                });
    }
}
