/** Tests of how flags and files become a recipe. */
@NullMarked
package shoal.recipe.request;

import org.jspecify.annotations.NullMarked;
