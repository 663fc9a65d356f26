/** Tests of the table of HF's names. */
@NullMarked
package shoal.recipe.huggingface;

import org.jspecify.annotations.NullMarked;
