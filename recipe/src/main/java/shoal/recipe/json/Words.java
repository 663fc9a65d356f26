package shoal.recipe.json;

/** How a value is named in a message; long texts are cut. */
final class Words implements JsonValue.Handler<String> {
    static final Words INSTANCE = new Words();

    /** Characters of a value shown in a message: enough to find it, too few to flood a terminal. */
    private static final int SHOWN_CHARACTERS = 60;

    private Words() {}

    @Override
    public String object(JsonObject value) {
        return "an object";
    }

    @Override
    public String array(JsonArray value) {
        return "a list";
    }

    @Override
    public String text(JsonText value) {
        return JsonWriter.quoted(cut(value.text()));
    }

    @Override
    public String number(JsonNumber value) {
        return cut(value.literal());
    }

    @Override
    public String bool(JsonBoolean value) {
        return String.valueOf(value.value());
    }

    @Override
    public String nothing(JsonNull value) {
        return "null";
    }

    private static String cut(String text) {
        if (text.length() <= SHOWN_CHARACTERS) {
            return text;
        }
        int end = text.offsetByCodePoints(0, text.codePointCount(0, SHOWN_CHARACTERS));
        return text.substring(0, end) + "…";
    }
}
