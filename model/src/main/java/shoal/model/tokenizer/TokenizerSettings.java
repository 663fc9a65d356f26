package shoal.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import shoal.model.json.Json;
import shoal.recipe.Problems;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Verdict;

/** What tokenizer_config.json says besides tokens, checked against the table of its keys. */
final class TokenizerSettings {
    /** From here on a bound is none: HF writes 1e30 for that (VERY_LARGE_INTEGER). */
    private static final double MOST_TOKENS = Integer.MAX_VALUE;

    private static final String ACCENTS = "strip_accents";
    private static final List<String> NORMALIZER_KEYS =
            List.of("do_lower_case", ACCENTS, "tokenize_chinese_chars");

    private final TokenizerFiles files;
    private final TokenizerKind kind;
    private final InitArguments arguments;
    private final Problems problems = new Problems();
    private final List<String> notices = new ArrayList<>();

    private TokenizerSettings(TokenizerFiles files, TokenizerKind kind, InitArguments arguments) {
        this.files = files;
        this.kind = kind;
        this.arguments = arguments;
    }

    /**
     * Checks every key.
     *
     * @throws shoal.recipe.UserException with all that HF fails on or that is refused here
     */
    static TokenizerSettings of(TokenizerFiles files, TokenizerKind kind, InitArguments arguments) {
        TokenizerSettings settings = new TokenizerSettings(files, kind, arguments);
        List<String> unknown = new ArrayList<>();
        for (String key : arguments.keys()) {
            Optional<FileKey> known = ConfigKeys.find(key);
            known.ifPresent(settings::check);
            if (ConfigKeys.isMethod(key) && known.isEmpty()) {
                settings.problem(key, "is the name of a method: HF fails on it. Remove it.");
            } else if (known.isEmpty()) {
                unknown.add(key);
            }
        }
        settings.checkNormalizer();
        settings.checkPlaces();
        settings.problems.throwIfAny();
        settings.note(unknown);
        return settings;
    }

    private void check(FileKey key) {
        JsonValue value = arguments.value(key.name()).orElse(Json.NULL);
        if (!key.takes().accepts(value)) {
            problem(
                    key.name(),
                    String.format(
                            "is %s, expected %s: HF %s.",
                            value.inWords(),
                            key.takes().words(),
                            key.verdict() == Verdict.REFUSED
                                    ? "reads it as " + key.upstream() + "; " + key.here()
                                    : "fails on it"));
        }
    }

    private void checkNormalizer() {
        if (kind != TokenizerKind.WORD_PIECES) {
            return;
        }
        for (String key : NORMALIZER_KEYS) {
            JsonValue value = arguments.value(key).orElse(JsonBoolean.of(true));
            boolean isNull = value instanceof JsonNull && key.equals(ACCENTS);
            if (!(value instanceof JsonBoolean) && !isNull) {
                problem(
                        key,
                        String.format(
                                "is %s, expected true or false%s.",
                                value.inWords(), key.equals(ACCENTS) ? " or null" : ""));
            }
        }
    }

    /** Keys that name files: HF reads those in place of the folder's. */
    private void checkPlaces() {
        boolean isReady = files.has(TokenizerFiles.READY);
        if (isReady && arguments.has("tokenizer_file")) {
            problem("tokenizer_file", "is given, and HF reads it as the path of " + OUTSIDE);
        }
        if (!isReady && arguments.has("vocab_file")) {
            problem("vocab_file", "is given, and HF reads it as the path of " + OUTSIDE);
        }
        if (!isReady && kind == TokenizerKind.BYTE_PAIRS && arguments.has("merges_file")) {
            problem("merges_file", "is given, and HF reads it as the path of " + OUTSIDE);
        }
    }

    private static final String OUTSIDE =
            "another file than the folder's, which is not read here. Remove the key.";

    private void note(List<String> unknown) {
        if (!unknown.isEmpty()) {
            notices.add(
                    String.format(
                            "%s: HF's tokenizers read no %s; nothing here does.",
                            files.shown(TokenizerFiles.CONFIG), String.join(", ", unknown)));
        }
        if (arguments.has("auto_map")) {
            notices.add(
                    arguments.where("auto_map")
                            + ": auto_map names code of the folder, which is not run, as HF does"
                            + " not run it for "
                            + kind.className()
                            + ".");
        }
    }

    private void problem(String key, String what) {
        problems.add(arguments.where(key), key + " " + what);
    }

    /** A file as messages name it. */
    String shown(String name) {
        return files.shown(name);
    }

    /** What the user should know, in sentences. */
    List<String> notices() {
        return List.copyOf(notices);
    }

    boolean lowercase() {
        return flag("do_lower_case").orElse(true);
    }

    boolean chineseCharacters() {
        return flag("tokenize_chinese_chars").orElse(true);
    }

    /** Empty for "as lowercase". */
    Optional<Boolean> stripAccents() {
        return flag(ACCENTS);
    }

    /** do_basic_tokenize is not false. */
    boolean hasBasicTokenizer() {
        return flag("do_basic_tokenize").orElse(true);
    }

    /** add_prefix_space; empty where it is given but no truth value, which HF drops. */
    Optional<Boolean> prefixSpace() {
        return arguments.has("add_prefix_space") ? flag("add_prefix_space") : Optional.of(false);
    }

    private Optional<Boolean> flag(String key) {
        return arguments
                .value(key)
                .filter(JsonBoolean.class::isInstance)
                .map(value -> ((JsonBoolean) value).value());
    }

    OptionalInt modelMaxLength() {
        String key = arguments.has("model_max_length") ? "model_max_length" : "max_len";
        if (arguments.value(key).orElse(Json.NULL) instanceof JsonNumber tokens
                && tokens.decimal() >= 1
                && tokens.decimal() < MOST_TOKENS) {
            return OptionalInt.of((int) tokens.decimal());
        }
        return OptionalInt.empty();
    }

    /**
     * Whether a long text loses its start.
     *
     * @param truncation of tokenizer.json, if it has that section
     */
    boolean keepsEnd(Optional<JsonObject> truncation) {
        JsonValue side =
                arguments
                        .value("truncation_side")
                        .or(() -> truncation.flatMap(section -> section.member("direction")))
                        .orElse(Json.NULL);
        return side instanceof JsonText text && text.text().equalsIgnoreCase("left");
    }
}
