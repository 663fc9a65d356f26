package shoal.recipe.json;

import java.util.Iterator;
import java.util.Map;

/**
 * Writes a tree as JSON text.
 *
 * <p>The same tree gives the same text: members in their order, numbers as their literals, and
 * characters beyond ASCII as themselves.
 */
public final class JsonWriter implements JsonValue.Handler<JsonWriter> {
    private final StringBuilder out = new StringBuilder();
    private final int indent;
    private int depth;

    private JsonWriter(int indent) {
        this.indent = indent;
    }

    /** On one line, without spaces. */
    public static String compact(JsonValue value) {
        return value.accept(new JsonWriter(0)).out.toString();
    }

    /** One member a line, indented by two, with a line end at the end. */
    public static String indented(JsonValue value) {
        return value.accept(new JsonWriter(2)).out.append('\n').toString();
    }

    /** A JSON string with its quotes. */
    public static String quoted(String text) {
        JsonWriter writer = new JsonWriter(0);
        writer.quote(text);
        return writer.out.toString();
    }

    @Override
    public JsonWriter object(JsonObject value) {
        if (value.members().isEmpty()) {
            out.append("{}");
            return this;
        }
        out.append('{');
        depth++;
        Iterator<Map.Entry<String, JsonValue>> members = value.members().entrySet().iterator();
        while (members.hasNext()) {
            Map.Entry<String, JsonValue> member = members.next();
            newLine();
            quote(member.getKey());
            out.append(indent > 0 ? ": " : ":");
            member.getValue().accept(this);
            out.append(members.hasNext() ? "," : "");
        }
        depth--;
        newLine();
        out.append('}');
        return this;
    }

    @Override
    public JsonWriter array(JsonArray value) {
        if (value.values().isEmpty()) {
            out.append("[]");
            return this;
        }
        out.append('[');
        depth++;
        Iterator<JsonValue> values = value.values().iterator();
        while (values.hasNext()) {
            newLine();
            values.next().accept(this);
            out.append(values.hasNext() ? "," : "");
        }
        depth--;
        newLine();
        out.append(']');
        return this;
    }

    @Override
    public JsonWriter text(JsonText value) {
        quote(value.text());
        return this;
    }

    @Override
    public JsonWriter number(JsonNumber value) {
        out.append(value.literal());
        return this;
    }

    @Override
    public JsonWriter bool(JsonBoolean value) {
        out.append(value.value());
        return this;
    }

    @Override
    public JsonWriter nothing(JsonNull value) {
        out.append("null");
        return this;
    }

    private void newLine() {
        if (indent > 0) {
            out.append('\n').append(" ".repeat(indent * depth));
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            escape(text.charAt(i));
        }
        out.append('"');
    }

    private void escape(char character) {
        switch (character) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                // A lone surrogate has no UTF-8 form, so it is escaped too; a pair is left alone
                // by the reader, which sees both escapes as one character.
                if (character < 0x20 || Character.isSurrogate(character)) {
                    out.append(String.format("\\u%04x", (int) character));
                } else {
                    out.append(character);
                }
            }
        }
    }
}
