/**
 * DeepSpeed's dialect: the names of its JSON file (deepspeed 0.8 to 0.19), and what they mean
 * beside HF's training arguments.
 *
 * <p>{@code "auto"} is filled from the training arguments, and a value that contradicts them is a
 * problem that names both lines, as HF does it (transformers integrations/deepspeed.py). It knows
 * how HF's names are called, and nothing of how they were read.
 *
 * <p>Read next: {@link shoal.recipe.deepspeed.DeepSpeedRecipe}.
 */
@NullMarked
package shoal.recipe.deepspeed;

import org.jspecify.annotations.NullMarked;
