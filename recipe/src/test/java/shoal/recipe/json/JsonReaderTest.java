package shoal.recipe.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import shoal.recipe.Limits;
import shoal.recipe.UserException;

class JsonReaderTest {
    @Test
    void every_value_knows_the_line_it_starts_on() {
        JsonObject read =
                object("{\n \"a\": 1,\n \"b\": [\n  true,\n  null\n ],\n \"c\": {\"d\": \"x\"}}");

        assertThat(read.line()).isEqualTo(1);
        assertThat(read.members().get("a")).isEqualTo(new JsonNumber("1", 2));
        JsonArray list = (JsonArray) read.member("b").orElseThrow();
        assertThat(list.line()).isEqualTo(3);
        assertThat(list.values()).containsExactly(new JsonBoolean(true, 4), new JsonNull(5));
        assertThat(read.members().get("c"))
                .isEqualTo(new JsonObject(Map.of("d", new JsonText("x", 7)), 7));
    }

    @Test
    void members_keep_the_order_of_the_text() {
        assertThat(object("{\"z\":1,\"a\":2,\"m\":3}").members().keySet())
                .containsExactly("z", "a", "m");
    }

    @Test
    void a_number_is_an_integer_when_its_value_is_whole() {
        assertThat(integer("1e5")).hasValue(100_000);
        assertThat(integer("2e8")).hasValue(200_000_000);
        assertThat(integer("3.0")).hasValue(3);
        assertThat(integer("1.5e1")).hasValue(15);
        assertThat(integer("-0.0")).hasValue(0);
        assertThat(integer("9223372036854775807")).hasValue(Long.MAX_VALUE);
        assertThat(integer("1.5")).isEmpty();
        assertThat(integer("9223372036854775808")).isEmpty();
        assertThat(integer("1e-400")).isEmpty();
    }

    @Test
    void a_huge_exponent_costs_nothing() {
        assertThat(integer("1e999999999")).isEmpty();
        assertThat(integer("1e99999999999999999999")).isEmpty();
        assertThat(new JsonNumber("1e999999999", 1).decimal()).isInfinite();
    }

    @Test
    void a_key_that_stands_twice_is_refused_with_both_lines() {
        assertProblem(
                "{\n\"seed\": 1,\n\"x\": 2,\n\"seed\": 3\n}",
                "f.json:4: the key \"seed\" stands twice, first on line 2; remove one");
    }

    @Test
    void a_truncated_text_is_said_to_be_cut_off() {
        assertProblem(
                "{\n\"a\": [1,\n2\n",
                "f.json:4: ends in the middle of a value; the file was cut off");
        assertProblem("{", "f.json:1: ends in the middle of a value; the file was cut off");
        assertProblem("{\"a", "f.json:1: ends in the middle of a value; the file was cut off");
        assertProblem("\"tru", "f.json:1: ends in the middle of a value; the file was cut off");
    }

    @Test
    void text_behind_the_value_is_refused() {
        assertProblem("{}\n{}", "f.json:2: has text behind the end of the JSON value; remove it");
    }

    @Test
    void an_empty_text_is_refused() {
        assertProblem("", "f.json: is empty, expected JSON");
        assertProblem(" \n ", "f.json: is empty, expected JSON");
    }

    @Test
    void what_is_not_json_is_named_with_its_line() {
        assertThatThrownBy(() -> object("{\n\"a\": NaN}"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("f.json:2: is not JSON: ");
        assertThatThrownBy(() -> object("{\n\"a\": 1,\n}"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("f.json:3: is not JSON: ");
        assertThatThrownBy(() -> object("{\n// no\n}"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("f.json:2: is not JSON: ");
        assertThatThrownBy(() -> object("{'a': 1}"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("f.json:1: is not JSON: ");
    }

    @Test
    void python_has_three_numbers_more() {
        byte[] text = "{\"a\": [NaN, Infinity, -Infinity, 1.5]}".getBytes(UTF_8);

        JsonObject object = JsonReader.readPythonsObject(text, "f.json");
        JsonArray read = (JsonArray) object.member("a").orElseThrow();

        assertThat(read.values().stream().map(each -> ((JsonNumber) each).decimal()))
                .containsExactly(
                        Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1.5);
        assertThat(read.values().stream().limit(3).map(each -> ((JsonNumber) each).integer()))
                .containsOnly(OptionalLong.empty());
        for (String other : List.of("INF", "-INF", "+Infinity", "+INF", "nan", "-NaN")) {
            byte[] bytes = ("{\n\"a\": " + other + "}").getBytes(UTF_8);
            assertThatThrownBy(() -> JsonReader.readPythonsObject(bytes, "f.json"))
                    .as(other)
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("f.json:2: is not JSON: ");
        }
    }

    @Test
    void settings_of_the_parser_are_no_advice_to_the_user() {
        assertProblem("{\"a\": NaN}", "f.json:1: is not JSON: Non-standard token 'NaN'");
        assertProblem(
                "{// no\n}",
                "f.json:1: is not JSON: Unexpected character ('/' (code 47)): maybe a"
                        + " (non-standard) comment?");
    }

    @Test
    void bytes_that_are_not_utf_8_are_refused_with_their_line() {
        byte[] bytes = {'{', '\n', '"', (byte) 0xC4, (byte) 0xE3, '"', ':', '1', '}'};

        assertThatThrownBy(() -> JsonReader.read(bytes, "f.json"))
                .hasMessage("f.json:2: is not UTF-8 (byte 3 is 0xC4); save the file as UTF-8");
        assertThatThrownBy(() -> JsonReader.read(new byte[] {'"', (byte) 0xE4}, "f.json"))
                .hasMessage("f.json:1: is not UTF-8 (byte 1 is 0xE4); save the file as UTF-8");
    }

    @Test
    void a_byte_order_mark_is_refused() {
        assertProblem(
                "\uFEFF{}",
                "f.json:1: starts with a byte order mark; save it as UTF-8 without one");
    }

    @Test
    void nesting_beyond_the_limit_is_refused() {
        String most = "[".repeat(Limits.JSON_DEPTH) + "]".repeat(Limits.JSON_DEPTH);

        assertThat(JsonReader.read(most.getBytes(UTF_8), "f.json")).isInstanceOf(JsonArray.class);
        assertThatThrownBy(() -> JsonReader.read(("[" + most + "]").getBytes(UTF_8), "f.json"))
                .hasMessage("f.json:1: nests deeper than the 64 levels that are read");
        assertThatThrownBy(() -> JsonReader.read("[".repeat(1_000_000).getBytes(UTF_8), "f.json"))
                .hasMessage("f.json:1: nests deeper than the 64 levels that are read");
    }

    @Test
    void a_file_beyond_the_limit_is_refused_unread() {
        assertThatThrownBy(() -> JsonReader.read(new byte[Limits.JSON_BYTES + 1], "f.json"))
                .hasMessage(
                        "f.json: the file has 67108865 bytes, more than the 67108864 that a JSON"
                                + " file may have");
    }

    @Test
    void a_value_that_is_no_object_is_named() {
        assertProblem("\n[1]", "f.json:2: is a list, expected an object {…}");
    }

    @Test
    void what_is_written_reads_back_the_same() {
        String text =
                "{\"a\":[1,2.5e-3,true,null,\"é \\\"\\\\\\n\\u0001 𝄞 中\"],\"b\":{},\"c\":[]}";

        String again = JsonWriter.compact(JsonReader.read(text.getBytes(UTF_8), "f.json"));

        assertThat(JsonReader.read(again.getBytes(UTF_8), "f.json"))
                .isEqualTo(JsonReader.read(text.getBytes(UTF_8), "f.json"));
        assertThat(JsonWriter.indented(object("{\"a\":[1],\"b\":{}}")))
                .isEqualTo("{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}\n");
    }

    private static OptionalLong integer(String literal) {
        return ((JsonNumber) JsonReader.read(literal.getBytes(UTF_8), "f.json")).integer();
    }

    private static JsonObject object(String text) {
        return JsonReader.readObject(text.getBytes(UTF_8), "f.json");
    }

    private static void assertProblem(String text, String message) {
        assertThatThrownBy(() -> object(text))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
    }
}
