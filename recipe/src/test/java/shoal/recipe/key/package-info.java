/** Tests of the vocabulary of keys. */
@NullMarked
package shoal.recipe.key;

import org.jspecify.annotations.NullMarked;
