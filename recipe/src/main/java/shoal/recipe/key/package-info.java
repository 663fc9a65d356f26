/**
 * The vocabulary in which the two dialects are described: a {@link shoal.recipe.key.Key} is one
 * name that HF or DeepSpeed knows, with its type, its default, what they do with it and what Shoal
 * does; a {@link shoal.recipe.key.KeyTable} is all of a dialect; {@link shoal.recipe.key.Settings}
 * is a table with the values that one run gives it.
 *
 * <p>Nothing here knows what a particular key means.
 *
 * <p>Read next: {@link shoal.recipe.key.Key}, then the tables in {@code shoal.recipe.huggingface}
 * and {@code shoal.recipe.deepspeed}.
 */
@NullMarked
package shoal.recipe.key;

import org.jspecify.annotations.NullMarked;
