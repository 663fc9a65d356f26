/**
 * Text to token ids, as HF's fast tokenizers do it.
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
