/** Tests of the recipe and its JSON. */
@NullMarked
package shoal.recipe;

import org.jspecify.annotations.NullMarked;
