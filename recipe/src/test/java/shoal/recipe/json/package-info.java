/** Tests of the strict JSON reader and writer. */
@NullMarked
package shoal.recipe.json;

import org.jspecify.annotations.NullMarked;
