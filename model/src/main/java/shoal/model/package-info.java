/**
 * What a GPT-2 classifier consists of: its configuration, its parameters and how they lie in units
 * and blocks.
 *
 * <p>Must not know of runs, steps, workers or native tensors. Formats of files are in the packages
 * below ({@code .safetensors}, {@code .tokenizer}, {@code .dataset}, {@code .checkpoint}).
 *
 * <p>Read next: {@link shoal.model.ParameterTable}.
 */
@NullMarked
package shoal.model;

import org.jspecify.annotations.NullMarked;
