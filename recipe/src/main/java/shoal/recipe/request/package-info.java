/**
 * What one command asks for: flags, a file of training arguments and a DeepSpeed file become a
 * {@link shoal.recipe.Recipe} and what is not recipe.
 *
 * <p>All problems of all files are found at once. It reads files only through the function it is
 * given, and knows neither data sets nor models: whether a row count, a label or a layer fits is
 * checked by those who read them.
 *
 * <p>Read next: {@link shoal.recipe.request.RecipeReader}.
 */
@NullMarked
package shoal.recipe.request;

import org.jspecify.annotations.NullMarked;
