/**
 * What files of named tensors have in common, whatever their format.
 *
 * <p>{@link shoal.model.tensor.TensorFile} is the seam between formats ({@code
 * shoal.model.safetensors}, {@code shoal.model.pickle}) and their reader ({@code
 * shoal.model.checkpoint}). Must not know GPT-2's names.
 */
@NullMarked
package shoal.model.tensor;

import org.jspecify.annotations.NullMarked;
