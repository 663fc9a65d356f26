/**
 * What a person sees: HF Trainer's dict lines, the progress bar, tables.
 *
 * <p>Turns values into text; the only I/O is {@link shoal.cli.render.Console}. Must not know of
 * flags, channels or processes.
 *
 * <p>Read next: {@link shoal.cli.render.RunDisplay}.
 */
@NullMarked
package shoal.cli.render;

import org.jspecify.annotations.NullMarked;
