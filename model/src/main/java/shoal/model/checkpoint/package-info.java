/**
 * Model folders: what a run starts from and what it leaves behind, in HF's layout.
 *
 * <p>{@link shoal.model.checkpoint.ModelFolder} reads a folder ({@code config.json}, weights,
 * tokenizer files) and feeds its weights, range by range, to whoever holds them. {@link
 * shoal.model.checkpoint.OutputFolder} stages a result beside its place and moves it there when it
 * is complete and on disk.
 *
 * <p>Must not know of workers, steps or the wire.
 *
 * <p>Read next: {@link shoal.model.checkpoint.ModelFolder}.
 */
@NullMarked
package shoal.model.checkpoint;

import org.jspecify.annotations.NullMarked;
