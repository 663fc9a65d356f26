package shoal.recipe.json;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import shoal.recipe.Limits;
import shoal.recipe.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Reads one JSON text into a tree.
 *
 * <ul>
 *   <li>UTF-8 only, at most {@link Limits#JSON_BYTES} and {@link Limits#JSON_DEPTH} deep.
 *   <li>A key that stands twice in one object is refused, with both lines.
 *   <li>Numbers are finite, but for texts that Python wrote: its json module has NaN, Infinity and
 *       -Infinity, which no JSON has.
 *   <li>What is wrong is a {@link UserException} that names the source and the line.
 * </ul>
 */
public final class JsonReader {
    /** Bounds are checked here, with our messages; Jackson's own lie just above them. */
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(Limits.JSON_DEPTH + 1)
                                    .maxStringLength(Limits.JSON_BYTES)
                                    .maxNameLength(Limits.JSON_BYTES)
                                    .build())
                    .build();

    private static final JsonFactory PYTHONS =
            FACTORY.rebuild().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    /** Of all the forms that Jackson knows, those that Python writes. */
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    /** So long a word without quotes is shown. */
    private static final int SHOWN_LETTERS = 8;

    private final String source;
    private final JsonParser parser;

    private JsonReader(String source, JsonParser parser) {
        this.source = source;
        this.parser = parser;
    }

    /**
     * Reads a text of any kind of value.
     *
     * @param source what messages call it, usually the path as the user typed it
     */
    public static JsonValue read(byte[] bytes, String source) {
        return read(FACTORY, bytes, source);
    }

    private static JsonValue read(JsonFactory factory, byte[] bytes, String source) {
        if (bytes.length > Limits.JSON_BYTES) {
            throw new UserException(
                    source,
                    "the file has "
                            + bytes.length
                            + " bytes, more than the "
                            + Limits.JSON_BYTES
                            + " that a JSON file may have");
        }
        char[] text = decoded(bytes, source);
        try (JsonParser parser =
                factory.createParser(ObjectReadContext.empty(), text, 0, text.length)) {
            return new JsonReader(source, parser).document();
        }
    }

    /** Reads a text whose value must be an object. */
    public static JsonObject readObject(byte[] bytes, String source) {
        return object(read(FACTORY, bytes, source), source);
    }

    /** Reads a text that Python wrote, whose value must be an object. */
    public static JsonObject readPythonsObject(byte[] bytes, String source) {
        return object(read(PYTHONS, bytes, source), source);
    }

    private static JsonObject object(JsonValue value, String source) {
        if (value instanceof JsonObject object) {
            return object;
        }
        throw new UserException(
                source + ":" + value.line(), "is " + value.inWords() + ", expected an object {…}");
    }

    private static char[] decoded(byte[] bytes, String source) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        var decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        var result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw new UserException(
                    source + ":" + lineAt(bytes, in.position()),
                    "is not UTF-8 (byte "
                            + in.position()
                            + " is 0x"
                            + String.format("%02X", bytes[in.position()])
                            + "); save the file as UTF-8");
        }
        out.flip();
        if (out.hasRemaining() && out.get(0) == '\uFEFF') {
            throw new UserException(
                    source + ":1", "starts with a byte order mark; save it as UTF-8 without one");
        }
        char[] text = new char[out.remaining()];
        out.get(text);
        return text;
    }

    private static int lineAt(byte[] bytes, int position) {
        int line = 1;
        for (int i = 0; i < position; i++) {
            if (bytes[i] == '\n') {
                line++;
            }
        }
        return line;
    }

    private JsonValue document() {
        if (next() == null) {
            throw new UserException(source, "is empty, expected JSON");
        }
        JsonValue value = value(0);
        if (next() != null) {
            throw problem("has text behind the end of the JSON value; remove it");
        }
        return value;
    }

    private JsonValue value(int depth) {
        JsonToken token = parser.currentToken();
        int line = line();
        return switch (token) {
            case START_OBJECT -> object(depth + 1, line);
            case START_ARRAY -> array(depth + 1, line);
            case VALUE_STRING -> new JsonText(text(), line);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(number(), line);
            case VALUE_TRUE -> new JsonBoolean(true, line);
            case VALUE_FALSE -> new JsonBoolean(false, line);
            case VALUE_NULL -> new JsonNull(line);
            default -> throw new IllegalStateException("no value starts with " + token);
        };
    }

    private String number() {
        String literal = text();
        if (literal.matches("[^0-9]+") && !NOT_FINITE.contains(literal)) {
            throw problem("is not JSON: '" + literal + "' is no number");
        }
        return literal;
    }

    private JsonObject object(int depth, int line) {
        checkDepth(depth);
        Map<String, JsonValue> members = new LinkedHashMap<>();
        while (nextInside("an object", line) != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonValue before = members.get(name);
            if (before != null) {
                throw problem(
                        "the key "
                                + JsonWriter.quoted(name)
                                + " stands twice, first on line "
                                + before.line()
                                + "; remove one");
            }
            nextInside("an object", line);
            members.put(name, value(depth));
        }
        return new JsonObject(members, line);
    }

    private JsonArray array(int depth, int line) {
        checkDepth(depth);
        List<JsonValue> values = new ArrayList<>();
        while (nextInside("a list", line) != JsonToken.END_ARRAY) {
            values.add(value(depth));
        }
        return new JsonArray(values, line);
    }

    private void checkDepth(int depth) {
        if (depth > Limits.JSON_DEPTH) {
            throw problem("nests deeper than the " + Limits.JSON_DEPTH + " levels that are read");
        }
    }

    private JsonToken nextInside(String what, int startLine) {
        JsonToken token = next();
        if (token == null) {
            throw problem("ends inside " + what + " that starts on line " + startLine);
        }
        return token;
    }

    private @Nullable JsonToken next() {
        return guarded(parser::nextToken);
    }

    /** Strings are read lazily: what is wrong inside one shows only here. */
    private String text() {
        return requireNonNull(guarded(parser::getString), "a string has text");
    }

    private <T extends @Nullable Object> T guarded(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (UnexpectedEndOfInputException truncated) {
            throw problem("ends in the middle of a value; the file was cut off");
        } catch (StreamReadException malformed) {
            throw new UserException(
                    source + ":" + malformed.getLocation().getLineNr(),
                    "is not JSON: " + firstLine(malformed));
        } catch (JacksonException other) {
            throw new UserException(source, "is not JSON: " + firstLine(other));
        }
    }

    /** Jackson's sentence without its remarks about the source and its own settings. */
    private static String firstLine(JacksonException problem) {
        String message = problem.getOriginalMessage();
        String line = message == null ? "" : message.lines().findFirst().orElse("");
        return hidden(
                line.replaceFirst(
                        "(: enable `JsonReadFeature| \\(not recognized as one since Feature).*",
                        ""));
    }

    /** A short word such as True helps; a long one may be a token that lacks its quotes. */
    private static String hidden(String message) {
        return message.replaceFirst(
                "^(Unrecognized token) '(?![A-Za-z]{1," + SHOWN_LETTERS + "}')[^']*'", "$1");
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    /** A problem at the place where the parser stands. */
    private UserException problem(String what) {
        return new UserException(source + ":" + parser.currentLocation().getLineNr(), what);
    }
}
