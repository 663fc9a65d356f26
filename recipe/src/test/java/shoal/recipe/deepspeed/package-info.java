/** Tests of the table of DeepSpeed's names. */
@NullMarked
package shoal.recipe.deepspeed;

import org.jspecify.annotations.NullMarked;
