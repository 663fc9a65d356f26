package shoal.model.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import shoal.recipe.Require;
import shoal.recipe.UserException;

/**
 * The tokenizer of a model folder, for texts of at most so many tokens.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Ids equal those of HF's fast tokenizer with {@code add_special_tokens=False,
 *       truncation=True, max_length=maxLength}.
 *   <li>Text is data: nothing in the folder is executed and nothing is downloaded.
 * </ul>
 *
 * <p>Methods may be called from any thread; close when no call runs.
 */
public final class Tokenizer implements AutoCloseable {
    /** Padding and truncation are off: truncation is a copy here, padding is never wanted. */
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer tokenizer;
    private final TokenizerJson source;
    private final int maxLength;

    private Tokenizer(HuggingFaceTokenizer tokenizer, TokenizerJson source, int maxLength) {
        this.tokenizer = tokenizer;
        this.source = source;
        this.maxLength = maxLength;
    }

    /** Opens the tokenizer of a folder; messages name the folder as it is given. */
    public static Tokenizer open(Path modelFolder, int maxLength) {
        return open(modelFolder, modelFolder.toString(), maxLength);
    }

    /**
     * Checks that a folder has a tokenizer that can be read, without loading the native library.
     *
     * @throws shoal.recipe.UserException naming what is missing or wrong
     */
    public static void require(Path modelFolder, String shownName) {
        TokenizerJson.read(modelFolder, shownName);
    }

    /**
     * Opens the tokenizer of a folder as HF's AutoTokenizer does: of the class that the folder
     * names, from tokenizer.json, else from vocab.txt, or vocab.json with merges.txt.
     *
     * @param shownName the folder as the user wrote it
     * @param maxLength tokens kept of a text, at least 1
     * @throws UserException if a file is missing or wrong
     */
    public static Tokenizer open(Path modelFolder, String shownName, int maxLength) {
        Require.atLeast("maxLength", maxLength, 1);
        TokenizerJson source = TokenizerJson.read(modelFolder, shownName);
        return new Tokenizer(library(source), source, maxLength);
    }

    /** DJL reports to its authors from some clouds unless told not to (DJL, Ec2Utils). */
    private static HuggingFaceTokenizer library(TokenizerJson source) {
        System.setProperty("OPT_OUT_TRACKING", "true");
        byte[] json = source.text().getBytes(StandardCharsets.UTF_8);
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
        } catch (IOException | RuntimeException refused) {
            throw new UserException(
                    source.shownFile(),
                    "is not a tokenizer that HF's tokenizers library 0.21 reads: "
                            + refused.getMessage());
        }
    }

    /** Ids of one text, at most maxLength; none for a text without any token. */
    public int[] encode(String text) {
        return taken(TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false));
    }

    /** Ids of each text, in order; on all cores. */
    public List<int[]> encodeAll(List<String> texts) {
        long[] encodings =
                TokenizersLibrary.LIB.batchEncode(
                        tokenizer.getHandle(), texts.toArray(String[]::new), false);
        List<int[]> all = new ArrayList<>(encodings.length);
        for (long encoding : encodings) {
            all.add(taken(encoding));
        }
        return all;
    }

    /**
     * The ids of a native encoding, which is freed. DJL's Encoding would copy the text and place of
     * every token as well: most of the time of a call.
     */
    private int[] taken(long encoding) {
        try {
            return kept(TokenizersLibrary.LIB.getTokenIds(encoding));
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    private int[] kept(long[] ids) {
        int length = Math.min(maxLength, ids.length);
        int from = source.keepsEnd() ? ids.length - length : 0;
        int[] kept = new int[length];
        Arrays.setAll(kept, i -> Math.toIntExact(ids[from + i]));
        return kept;
    }

    /** A folder's tokenizer as the text of a tokenizer.json. */
    public static String json(Path modelFolder, String shownName) {
        return TokenizerJson.read(modelFolder, shownName).text();
    }

    /**
     * Files, by name, that a copy of a folder's tokenizer files needs besides, so that HF's
     * AutoTokenizer gives the copy's reader the ids that this folder's has.
     */
    public static Map<String, String> additions(Path modelFolder, String shownName) {
        return TokenizerJson.additions(modelFolder, shownName);
    }

    /** What the user should know of how a folder's tokenizer is read, in sentences. */
    public static List<String> notices(Path modelFolder, String shownName) {
        return TokenizerJson.read(modelFolder, shownName).notices();
    }

    /** The id of a folder's padding token, without loading the library. */
    public static OptionalInt padTokenId(Path modelFolder, String shownName) {
        return TokenizerJson.read(modelFolder, shownName).padTokenId();
    }

    /** model_max_length of a folder's tokenizer, if it is a real bound; without the library. */
    public static OptionalInt modelMaxLength(Path modelFolder, String shownName) {
        return TokenizerJson.read(modelFolder, shownName).modelMaxLength();
    }

    /** The id of the padding token, if the folder names one and its vocabulary has it. */
    public OptionalInt padTokenId() {
        return source.padTokenId();
    }

    /** model_max_length of tokenizer_config.json, if it is a real bound. */
    public OptionalInt modelMaxLength() {
        return source.modelMaxLength();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
