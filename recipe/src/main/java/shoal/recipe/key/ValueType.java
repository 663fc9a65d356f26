package shoal.recipe.key;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** Which values a key takes, from a JSON file and from the words of a flag. */
public sealed interface ValueType {
    /** What a message says was expected, such as "an integer of at least 1". */
    String expected();

    /** The same for somebody who gave this text: of many words, the nearest one. */
    default String expectedFor(String given) {
        return expected();
    }

    /** Whether a value of a file is one of this type. */
    boolean admits(JsonValue value);

    /** Whether HF takes a value of an older spelling for "not set": null, and false of a switch. */
    default boolean isUnset(JsonValue value) {
        return value instanceof JsonNull;
    }

    /** Whether a value switches nothing on, and so changes nothing. */
    default boolean isOff(JsonValue value) {
        return false;
    }

    /** The value that a flag's words spell, if they spell one of this type. */
    Optional<JsonValue> fromWords(List<String> words);

    /** A truth value; as a flag, HF's yes/true/t/y/1 and no/false/f/n/0, or no word for true. */
    record Flag() implements ValueType {
        private static final Set<String> YES = Set.of("yes", "true", "t", "y", "1");
        private static final Set<String> NO = Set.of("no", "false", "f", "n", "0");

        @Override
        public String expected() {
            return "true or false";
        }

        @Override
        public boolean admits(JsonValue value) {
            return value instanceof JsonBoolean;
        }

        @Override
        public boolean isUnset(JsonValue value) {
            return value instanceof JsonNull || value.equals(new JsonBoolean(false, value.line()));
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            if (words.isEmpty()) {
                return Optional.of(JsonBoolean.of(true));
            }
            String word = words.get(0).toLowerCase(Locale.ROOT);
            if (words.size() > 1 || !(YES.contains(word) || NO.contains(word))) {
                return Optional.empty();
            }
            return Optional.of(JsonBoolean.of(YES.contains(word)));
        }
    }

    /** A whole number; {@code 1e5} is one, {@code 1.5} is not. */
    record Whole(long least, long most) implements ValueType {
        @Override
        public String expected() {
            return "an integer" + Numbers.bounds(least > Long.MIN_VALUE, least, most);
        }

        @Override
        public boolean admits(JsonValue value) {
            return value instanceof JsonNumber number
                    && number.integer().isPresent()
                    && number.integer().getAsLong() >= least
                    && number.integer().getAsLong() <= most;
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return Numbers.fromWords(words).filter(this::admits);
        }
    }

    /** A number of things from 1 on, or a least and a most with a colon between. */
    record Range(int most) implements ValueType {
        @Override
        public String expected() {
            return "an integer from 1 to " + most + ", or two as in 1:4";
        }

        @Override
        public boolean admits(JsonValue value) {
            return CountRange.read(value).filter(range -> range.most() <= most).isPresent();
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return Numbers.fromWords(words)
                    .or(() -> new Text().fromWords(words))
                    .filter(this::admits);
        }
    }

    /** A finite number. */
    record Real(double least, double most) implements ValueType {
        @Override
        public String expected() {
            return Numbers.expected(least, most);
        }

        @Override
        public boolean admits(JsonValue value) {
            return value instanceof JsonNumber number
                    && number.decimal() >= least
                    && number.decimal() <= most;
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return Numbers.fromWords(words).filter(this::admits);
        }
    }

    /** Any text. */
    record Text() implements ValueType {
        @Override
        public String expected() {
            return "a text";
        }

        @Override
        public boolean admits(JsonValue value) {
            return value instanceof JsonText;
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return words.size() == 1
                    ? Optional.of(JsonText.of(words.get(0)))
                    : Optional.<JsonValue>empty();
        }
    }

    /** One of a closed set of words. */
    record OneOf(List<String> words) implements ValueType {
        /** So many words are read at a glance. */
        private static final int FEW = 10;

        public OneOf {
            words = List.copyOf(words);
        }

        @Override
        public String expected() {
            return words.stream()
                    .map(word -> "\"" + word + "\"")
                    .collect(Collectors.joining(", ", "one of ", ""));
        }

        @Override
        public String expectedFor(String given) {
            return NearestName.of(given, words)
                    .map(near -> words.size() > FEW ? count() + near + "?" : expected())
                    .orElseGet(this::expected);
        }

        private String count() {
            return "one of " + words.size() + " words; did you mean ";
        }

        @Override
        public boolean admits(JsonValue value) {
            return value instanceof JsonText text && words.contains(text.text());
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> typed) {
            return new Text().fromWords(typed).filter(this::admits);
        }
    }

    /** A list of texts; a single text is a list of one. */
    record Texts() implements ValueType {
        @Override
        public String expected() {
            return "a text or a list of texts";
        }

        @Override
        public boolean admits(JsonValue value) {
            return value instanceof JsonText
                    || (value instanceof JsonArray list
                            && list.values().stream().allMatch(JsonText.class::isInstance));
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            List<JsonValue> texts = new ArrayList<>();
            words.forEach(word -> texts.add(JsonText.of(word)));
            return words.isEmpty() ? Optional.empty() : Optional.of(JsonArray.of(texts));
        }
    }

    /** A list of numbers, of a fixed length. */
    record NumberList(int size) implements ValueType {
        @Override
        public String expected() {
            return "a list of " + size + " numbers";
        }

        @Override
        public boolean admits(JsonValue value) {
            return value instanceof JsonArray list
                    && list.values().size() == size
                    && list.values().stream().allMatch(JsonNumber.class::isInstance);
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return Optional.empty();
        }
    }

    /** An object, or a text that stands for one: a path, or the object itself as JSON. */
    record Tree() implements ValueType {
        @Override
        public String expected() {
            return "an object {…} or a path";
        }

        @Override
        public boolean admits(JsonValue value) {
            return value instanceof JsonObject || value instanceof JsonText;
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return new Text().fromWords(words);
        }
    }

    /** Anything: a key whose inside is not looked at. */
    record Anything() implements ValueType {
        @Override
        public String expected() {
            return "any value";
        }

        @Override
        public boolean admits(JsonValue value) {
            return true;
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return new Texts().fromWords(words);
        }
    }

    /**
     * An object whose parts are switched on by a member "enabled"; what stands beside one that is
     * false is not read.
     */
    record Switches() implements ValueType {
        private static final String SWITCH = "enabled";

        @Override
        public String expected() {
            return "an object {…} with nothing enabled in it";
        }

        @Override
        public boolean admits(JsonValue value) {
            return true;
        }

        @Override
        public boolean isOff(JsonValue value) {
            if (!(value instanceof JsonObject object)) {
                return true;
            }
            return object.member(SWITCH)
                    .map(Switches::saysNo)
                    .orElseGet(() -> object.members().values().stream().allMatch(this::isOff));
        }

        private static boolean saysNo(JsonValue value) {
            return value instanceof JsonNull
                    || (value instanceof JsonBoolean flag && !flag.value())
                    || (value instanceof JsonNumber number && number.decimal() == 0);
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return Optional.empty();
        }
    }

    /** The type, or null. */
    record OrNull(ValueType type) implements ValueType {
        public OrNull {
            requireNonNull(type, "type");
        }

        @Override
        public String expected() {
            return type.expected() + ", or null";
        }

        @Override
        public boolean admits(JsonValue value) {
            return value instanceof JsonNull || type.admits(value);
        }

        @Override
        public boolean isOff(JsonValue value) {
            return type.isOff(value);
        }

        @Override
        public boolean isUnset(JsonValue value) {
            return type.isUnset(value);
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return words.equals(List.of("null")) || words.equals(List.of("None"))
                    ? Optional.of(new JsonNull(0))
                    : type.fromWords(words);
        }
    }

    /** The type, or another type. */
    record Either(ValueType first, ValueType second) implements ValueType {
        public Either {
            requireNonNull(first, "first");
            requireNonNull(second, "second");
        }

        @Override
        public String expected() {
            return first.expected() + ", or " + second.expected();
        }

        @Override
        public boolean admits(JsonValue value) {
            return first.admits(value) || second.admits(value);
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return first.fromWords(words).or(() -> second.fromWords(words));
        }
    }

    /** The type, or DeepSpeed's word "auto" that HF fills from its own arguments. */
    record OrAuto(ValueType type) implements ValueType {
        public OrAuto {
            requireNonNull(type, "type");
        }

        @Override
        public String expected() {
            return type.expected() + ", or \"auto\"";
        }

        @Override
        public boolean admits(JsonValue value) {
            return isAuto(value) || type.admits(value);
        }

        @Override
        public Optional<JsonValue> fromWords(List<String> words) {
            return words.equals(List.of("auto"))
                    ? Optional.of(JsonText.of("auto"))
                    : type.fromWords(words);
        }

        /** Whether the value is the word "auto". */
        public static boolean isAuto(JsonValue value) {
            return value instanceof JsonText text && text.text().equals("auto");
        }
    }
}
