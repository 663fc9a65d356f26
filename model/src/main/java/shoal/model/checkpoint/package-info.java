/**
 * Model folders and checkpoints: what a run starts from, goes on from and leaves behind, in HF's
 * layout.
 *
 * <p>{@link shoal.model.checkpoint.ModelFolder} reads a folder ({@code config.json}, weights,
 * tokenizer files) and feeds its weights, range by range, to whoever holds them. {@link
 * shoal.model.checkpoint.OutputFolder} stages a result beside its place and moves it there when it
 * is complete and on disk. {@link shoal.model.checkpoint.Checkpoints} makes, finds and removes the
 * checkpoints of a run.
 *
 * <h2>The format of a checkpoint, version 1</h2>
 *
 * <p>A folder {@code checkpoint-STEP} of files, no folders:
 *
 * <ul>
 *   <li>{@code model.safetensors}: every parameter by HF's name, fp32 (the package {@code
 *       shoal.model.safetensors} describes the bytes).
 *   <li>{@code optimizer.safetensors}: {@code exp_avg.NAME} and {@code exp_avg_sq.NAME}, Adam's
 *       moments of the parameter NAME in its shape, fp32, and {@code step}, one fp32 number. Of
 *       OneBitAdam and OneBitLamb after their freeze also {@code server_error.NAME}, and for each
 *       rank from 0 {@code worker_error.RANK.NAME}, what compression left out. Of OneBitLamb also
 *       {@code lamb_coeff_freeze.NAME}, one fp32 number, and from its freeze on {@code
 *       exp_avg_sq_fresh.NAME}, in the shape of NAME, and {@code last_factor.NAME} and {@code
 *       scaling_coeff.NAME}, one fp32 number each.
 *   <li>{@code config.json} and tokenizer files, as in a model folder.
 *   <li>{@code trainer_state.json}: {@link shoal.model.checkpoint.TrainerState}.
 *   <li>{@code README.md}: a model card.
 *   <li>{@code shoal.json}: the manifest, written last. A folder without it is no checkpoint.
 * </ul>
 *
 * <p>The manifest is one JSON object with exactly these members:
 *
 * <ul>
 *   <li>{@code checkpoint_version}: 1. A larger or smaller one than this code reads is refused as
 *       too new or too old before anything else is looked at.
 *   <li>{@code position}: {@code step}, updates done, and {@code epoch}, passes over the training
 *       rows, a decimal.
 *   <li>{@code facts}: {@code train_rows}, {@code evaluation_rows}, {@code labels}, and {@code
 *       train_sha256}, {@code evaluation_sha256}, {@code model_sha256} of the two data files and of
 *       the weights that the run started from, null where not known.
 *   <li>{@code recipe}: as {@code shoal.recipe.RecipeJson} writes it, with a version of its own.
 *   <li>{@code files}: for every other file its {@code size_bytes} and {@code sha256}.
 *   <li>{@code sha256_of_the_rest}: of the object without this member, written on one line without
 *       spaces, members in their order, numbers as they stand. Anything that changed since is
 *       damage.
 * </ul>
 *
 * <h2>How it gets there</h2>
 *
 * <p>Files are written in {@code .checkpoint-STEP.staging-PID-TICKS-RANDOM}, flushed and hashed;
 * then the manifest is written and flushed, the folder is flushed, renamed to its place, and its
 * parent is flushed. A checkpoint of the same step is moved to {@code
 * .checkpoint-STEP.replaced-PID-TICKS-RANDOM} before and removed after. Removing one renames it to
 * a staging name first.
 *
 * <p>Must not know of workers or the wire.
 *
 * <p>Read next: {@link shoal.model.checkpoint.ModelFolder}, {@link
 * shoal.model.checkpoint.Checkpoint}.
 */
@NullMarked
package shoal.model.checkpoint;

import org.jspecify.annotations.NullMarked;
