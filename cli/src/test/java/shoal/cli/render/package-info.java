/** Tests of what a person sees, down to the character. */
@NullMarked
package shoal.cli.render;

import org.jspecify.annotations.NullMarked;
