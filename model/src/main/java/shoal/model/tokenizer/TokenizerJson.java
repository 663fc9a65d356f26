package shoal.model.tokenizer;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * One folder's tokenizer in the form that HF's tokenizers library reads, without truncation and
 * padding, and what its configuration says besides.
 *
 * @param shownFile the file that decided, for messages
 * @param text a tokenizer.json
 * @param padTokenId id of the padding token, if there is one
 * @param modelMaxLength tokens, if bounded
 * @param keepsEnd truncation_side is left: a long text loses its start
 * @param notices what the user should know of how the files were read
 */
record TokenizerJson(
        String shownFile,
        String text,
        OptionalInt padTokenId,
        OptionalInt modelMaxLength,
        boolean keepsEnd,
        List<String> notices) {
    TokenizerJson {
        requireNonNull(shownFile, "shownFile");
        requireNonNull(text, "text");
        requireNonNull(padTokenId, "padTokenId");
        requireNonNull(modelMaxLength, "modelMaxLength");
        notices = List.copyOf(notices);
    }

    /** Reads a folder as HF's AutoTokenizer does. */
    static TokenizerJson read(Path folder, String shownName) {
        return read(TokenizerFiles.of(folder, shownName));
    }

    private static TokenizerJson read(TokenizerFiles files) {
        TokenizerKind kind = TokenizerKind.of(files);
        require(files, kind);
        InitArguments arguments = InitArguments.of(files);
        TokenizerSettings settings = TokenizerSettings.of(files, kind, arguments);
        Optional<JsonObject> ready = files.json(TokenizerFiles.READY);
        SpecialTokens special = SpecialTokens.of(arguments, kind, ready);
        Form form =
                ready.map(given -> ready(given, kind, settings))
                        .orElseGet(() -> made(files, kind, settings, special));
        AddedVocabulary added = new AddedVocabulary(form.shownFile, ModelVocabulary.of(form.json));
        added.add(
                ready
                        .map(given -> ReadyTokenizer.added(given, form.shownFile))
                        .orElse(List.of())
                        .stream()
                        .map(ReadyTokenizer.Added::token)
                        .toList());
        added.add(special.toAdd(Set.copyOf(added.contents())));
        JsonValue after = form.json.member("normalizer").orElse(Json.NULL);
        JsonObject json =
                new Members(form.json)
                        .put("added_tokens", added.entries(form.before, after))
                        .object();
        return new TokenizerJson(
                form.shownFile,
                JsonWriter.compact(json),
                asInt(added.id(special.text("pad_token").orElse("[PAD]"))),
                settings.modelMaxLength(),
                settings.keepsEnd(ready.flatMap(given -> Json.object(given, "truncation"))),
                settings.notices());
    }

    /**
     * Files that a copy of the folder needs besides its own, so that HF's AutoTokenizer reads the
     * copy as this folder is read: tokenizer_class where none is named. And a tokenizer.json where
     * there is none, for those who read nothing else, unless HF would then read other ids.
     */
    static Map<String, String> additions(Path folder, String shownName) {
        TokenizerFiles files = TokenizerFiles.of(folder, shownName);
        TokenizerJson own = read(files);
        Map<String, String> additions = new LinkedHashMap<>();
        if (TokenizerKind.isUnnamed(files)) {
            JsonObject given = files.json(TokenizerFiles.CONFIG).orElse(JsonObject.of(Map.of()));
            String kind = TokenizerKind.WORD_PIECES.className();
            String text =
                    JsonWriter.indented(new Members(given).text("tokenizer_class", kind).object());
            additions.put(TokenizerFiles.CONFIG, text);
            files = files.with(TokenizerFiles.CONFIG, text);
        }
        if (!files.has(TokenizerFiles.READY)
                && own.readsSame(files.with(TokenizerFiles.READY, own.text))) {
            additions.put(TokenizerFiles.READY, own.text);
        }
        return additions;
    }

    private boolean readsSame(TokenizerFiles others) {
        try {
            TokenizerJson other = read(others);
            return text.equals(other.text) && keepsEnd == other.keepsEnd;
        } catch (UserException refused) {
            return false;
        }
    }

    private static void require(TokenizerFiles files, TokenizerKind kind) {
        if (files.has(TokenizerFiles.READY)) {
            return;
        }
        List<String> needed =
                switch (kind) {
                    case WORD_PIECES -> List.of(TokenizerFiles.WORDS);
                    case BYTE_PAIRS -> List.of(TokenizerFiles.BYTE_PAIRS, TokenizerFiles.MERGES);
                    case READY -> List.of(TokenizerFiles.READY);
                };
        if (!needed.stream().allMatch(files::has)) {
            boolean names = kind != TokenizerKind.BYTE_PAIRS || files.has(TokenizerFiles.WORDS);
            throw new UserException(
                    files.shownName(),
                    String.format(
                            "The folder has no tokenizer: expected tokenizer.json%s. Copy the files"
                                    + " that the model was trained with.",
                            names
                                    ? " or what " + kind.className() + " reads: " + needed
                                    : ", vocab.txt, or vocab.json with merges.txt"));
        }
        files.otherForm()
                .ifPresent(
                        name -> {
                            throw new UserException(
                                    files.shown(name),
                                    "HF takes this file for the vocabulary of "
                                            + kind.className()
                                            + " and fails on it. Remove it, or add a"
                                            + " tokenizer.json.");
                        });
    }

    private static Form ready(JsonObject given, TokenizerKind kind, TokenizerSettings settings) {
        return new Form(
                settings.shown(TokenizerFiles.READY),
                ReadyTokenizer.adapted(given, kind, settings),
                given.member("normalizer").orElse(Json.NULL));
    }

    private static Form made(
            TokenizerFiles files,
            TokenizerKind kind,
            TokenizerSettings settings,
            SpecialTokens special) {
        if (kind == TokenizerKind.WORD_PIECES) {
            JsonObject json = WordPieceTokenizer.of(files, settings, special);
            return new Form(
                    files.shown(TokenizerFiles.WORDS),
                    json,
                    WordPieceTokenizer.normalizerBefore(settings, json));
        }
        return new Form(
                files.shown(TokenizerFiles.BYTE_PAIRS),
                BytePairTokenizer.of(files, settings),
                Json.NULL);
    }

    /** A tokenizer without its added tokens, and the normalizer that it had when it got them. */
    private record Form(String shownFile, JsonObject json, JsonValue before) {}

    private static OptionalInt asInt(OptionalLong id) {
        return id.isPresent() ? OptionalInt.of((int) id.getAsLong()) : OptionalInt.empty();
    }
}
