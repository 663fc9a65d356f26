/**
 * Text to token ids, as HF's fast tokenizers do it.
 *
 * <p>What HF's AutoTokenizer makes of a folder is followed step by step: the class ({@link
 * shoal.model.tokenizer.TokenizerKind}), the arguments of its constructor ({@link
 * shoal.model.tokenizer.InitArguments}), and the tokens that it adds ({@link
 * shoal.model.tokenizer.SpecialTokens}, {@link shoal.model.tokenizer.AddedVocabulary}). Which key
 * does what is a table ({@link shoal.model.tokenizer.FileKeys}, docs/tokenizers.md).
 *
 * <p>Every kind of tokenizer folder is brought into one form, the text of a {@code tokenizer.json}
 * ({@link shoal.model.tokenizer.TokenizerJson}), and given to HF's own Rust library through DJL.
 * Ids are those of {@code tokenizer(text, add_special_tokens=False, truncation=True,
 * max_length=N)}.
 *
 * <p>Must not know of rows, labels or padding.
 *
 * <p>Read next: {@link shoal.model.tokenizer.Tokenizer}.
 */
@NullMarked
package shoal.model.tokenizer;

import org.jspecify.annotations.NullMarked;
