/**
 * What one run is: resolved, immutable, checked.
 *
 * <p>A {@link shoal.recipe.Recipe} holds every choice that the result of a run depends on. It is
 * made by the two dialects ({@code shoal.recipe.huggingface}, {@code shoal.recipe.deepspeed}),
 * travels as {@code RecipeJson} and is kept beside the results. It knows nothing of machines: how
 * many workers, lanes or hosts compute a run is schedule, not recipe.
 *
 * <p>Also here, because every module needs them: {@link shoal.recipe.ErrorCode}, {@link
 * shoal.recipe.Problem} and {@link shoal.recipe.Limits}.
 *
 * <p>Read next: {@link shoal.recipe.Recipe}.
 */
@NullMarked
package shoal.recipe;

import org.jspecify.annotations.NullMarked;
