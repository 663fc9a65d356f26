package shoal.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Golden;
import shoal.model.Refused;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonWriter;

class TokenizerTest {
    @TempDir Path folder;

    @Test
    void word_pieces_equal_hf_under_every_configuration() throws IOException {
        Files.copy(Golden.path("wordpiece/vocab.txt"), folder.resolve("vocab.txt"));

        assertEveryCase("wordpiece/cases.jsonl");
    }

    @Test
    void byte_pairs_equal_hf() throws IOException {
        Files.copy(Golden.path("bytepair/vocab.json"), folder.resolve("vocab.json"));
        Files.copy(Golden.path("bytepair/merges.txt"), folder.resolve("merges.txt"));

        assertEveryCase("bytepair/cases.jsonl");
    }

    @Test
    void a_ready_tokenizer_json_gives_the_same_ids_and_its_own_limits_do_not_count()
            throws IOException {
        Files.copy(Golden.path("wordpiece/vocab.txt"), folder.resolve("vocab.txt"));
        String json = Tokenizer.json(folder, "m");
        Files.delete(folder.resolve("vocab.txt"));
        String limited =
                json.replace(
                        "\"truncation\":null",
                        "\"truncation\":{\"direction\":\"Right\",\"max_length\":2,\"strategy\":"
                                + "\"LongestFirst\",\"stride\":0}");
        assertThat(limited).isNotEqualTo(json);
        Files.writeString(folder.resolve("tokenizer.json"), limited);

        assertEveryCase("wordpiece/cases.jsonl", "\"unk_token\"");
    }

    private void assertEveryCase(String name) throws IOException {
        assertEveryCase(name, "no such text");
    }

    /** Cases whose configuration holds the excluded text are left out. */
    private void assertEveryCase(String name, String excluded) throws IOException {
        List<String> lines = Golden.lines(name);
        assertThat(lines).hasSizeGreaterThan(50);
        for (String line : lines) {
            JsonObject golden = JsonReader.readObject(line.getBytes(StandardCharsets.UTF_8), name);
            Members given = new Members(Json.object(golden, "config").orElseThrow());
            given.text(
                    "tokenizer_class",
                    name.startsWith("wordpiece") ? "BertTokenizer" : "GPT2Tokenizer");
            String config = JsonWriter.compact(given.object());
            if (config.contains(excluded)) {
                continue;
            }
            Files.writeString(folder.resolve("tokenizer_config.json"), config);
            int maxLength = (int) Json.integer(golden, "max_length").orElseThrow();
            int[] expected =
                    Json.items(golden, "input_ids").orElseThrow().stream()
                            .mapToInt(id -> (int) Json.integer(id).orElseThrow())
                            .toArray();
            try (Tokenizer tokenizer = Tokenizer.open(folder, "m", maxLength)) {
                assertThat(tokenizer.encode(Json.text(golden, "text").orElseThrow()))
                        .as(line)
                        .containsExactly(expected);
            }
        }
    }

    @Test
    void the_padding_token_is_the_one_that_the_folder_names() throws IOException {
        Files.copy(Golden.path("wordpiece/vocab.txt"), folder.resolve("vocab.txt"));
        assertThat(Tokenizer.padTokenId(folder, "m")).hasValue(0);

        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"pad_token\": \"[MASK]\"}");
        assertThat(Tokenizer.padTokenId(folder, "m")).hasValue(4);

        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"pad_token\": \"[SEP]\", \"model_max_length\": 128}");
        assertThat(Tokenizer.padTokenId(folder, "m")).as("the map wins").hasValue(4);

        Files.delete(folder.resolve("special_tokens_map.json"));
        try (Tokenizer tokenizer = Tokenizer.open(folder, 5)) {
            assertThat(tokenizer.padTokenId()).hasValue(3);
            assertThat(tokenizer.modelMaxLength()).hasValue(128);
        }

        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"pad_token\": \"<new>\", \"model_max_length\": 1000000000000000019884624838656}");
        try (Tokenizer tokenizer = Tokenizer.open(folder, 5)) {
            assertThat(tokenizer.padTokenId()).as("behind the vocabulary").hasValue(66);
            assertThat(tokenizer.modelMaxLength()).isEmpty();
        }
    }

    @Test
    void tokens_of_the_configuration_are_one_token_wherever_they_stand() throws IOException {
        Files.copy(Golden.path("wordpiece/vocab.txt"), folder.resolve("vocab.txt"));
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"added_tokens_decoder\": {\"66\": {\"content\": \"<new>\", \"special\": true}}}");

        try (Tokenizer tokenizer = Tokenizer.open(folder, 8)) {
            assertThat(tokenizer.encode("hello<new>world")).containsExactly(53, 66, 54);
        }
    }

    @Test
    void a_folder_without_a_tokenizer_is_refused() {
        assertThat(Refused.by(() -> Tokenizer.open(folder, "m", 5)))
                .containsExactly(
                        "m: The folder has no tokenizer: expected tokenizer.json, vocab.txt, or"
                                + " vocab.json with merges.txt. Copy the files that the model was"
                                + " trained with.");
    }

    @Test
    void a_vocabulary_without_the_unknown_token_is_refused() throws IOException {
        Files.writeString(folder.resolve("vocab.txt"), "a\nb\n");

        assertThat(Refused.by(() -> Tokenizer.open(folder, "m", 5)))
                .containsExactly(
                        "m/vocab.txt: has 2 tokens, but not the unk_token \"[UNK]\", which stands for unknown"
                                + " words. Use the vocab.txt that the model was trained with, one"
                                + " token per line.");
    }

    @Test
    void a_vocabulary_that_is_not_utf8_is_refused() throws IOException {
        Files.write(folder.resolve("vocab.txt"), new byte[] {'a', '\n', (byte) 0xFF});

        assertThat(Refused.by(() -> Tokenizer.open(folder, "m", 5)))
                .containsExactly("m/vocab.txt: is not UTF-8 text. Save it as UTF-8.");
    }

    @Test
    void a_flag_that_is_no_truth_value_is_refused() throws IOException {
        Files.copy(Golden.path("wordpiece/vocab.txt"), folder.resolve("vocab.txt"));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": \"yes\"}");

        assertThat(Refused.by(() -> Tokenizer.open(folder, "m", 5)))
                .containsExactly(
                        "m/tokenizer_config.json:1: do_lower_case is \"yes\", expected true or false.");
    }

    @Test
    void a_broken_merge_is_named_by_its_line() throws IOException {
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0, \"b\": 1}");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b c\n");

        assertThat(Refused.by(() -> Tokenizer.open(folder, "m", 5)))
                .containsExactly("m/merges.txt:2: expected two tokens with one space between.");
    }

    @Test
    void a_tokenizer_json_that_the_library_does_not_read_is_refused() throws IOException {
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"added_tokens\": [], \"model\": {\"type\": \"Magic\"}}");

        assertThat(Refused.by(() -> Tokenizer.open(folder, "m", 5)))
                .singleElement()
                .asString()
                .startsWith("m/tokenizer.json: is not a tokenizer that HF's tokenizers library");
    }
}
