package shoal.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import shoal.model.Shared;
import shoal.model.json.Json;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;

/** Ids of every reference case equal those of HF's tokenizer. */
class TokenizerGoldenTest {
    @Test
    void every_reference_text_has_the_ids_that_hf_gives_it() throws IOException {
        Path folder = Shared.golden("gpt2-tiny");
        List<String> lines = Files.readAllLines(Shared.golden("tokens.jsonl"));
        assertThat(lines).hasSizeGreaterThanOrEqualTo(200);

        Map<Long, Tokenizer> byMaxLength = new TreeMap<>();
        for (String line : lines) {
            JsonObject golden =
                    JsonReader.readObject(line.getBytes(StandardCharsets.UTF_8), "tokens.jsonl");
            long maxLength = Json.integer(golden, "max_length").orElseThrow();
            Tokenizer tokenizer =
                    byMaxLength.computeIfAbsent(
                            maxLength, length -> Tokenizer.open(folder, length.intValue()));
            String text = Json.text(golden, "text").orElseThrow();

            int[] expected =
                    Json.items(golden, "input_ids").orElseThrow().stream()
                            .mapToInt(id -> (int) Json.integer(id).orElseThrow())
                            .toArray();

            assertThat(tokenizer.encode(text)).as(text).containsExactly(expected);
            assertThat(tokenizer.encodeAll(List.of(text)).get(0)).containsExactly(expected);
        }
        byMaxLength.values().forEach(Tokenizer::close);
    }
}
