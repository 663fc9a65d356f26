/**
 * The safetensors format, read strictly and written as HF writes it.
 *
 * <h2>The format, byte by byte</h2>
 *
 * <p>(huggingface/safetensors 0.6, README "Format")
 *
 * <ul>
 *   <li>8 bytes: the size N of the header, little-endian, unsigned.
 *   <li>N bytes: a JSON object in UTF-8 that starts with <code>{</code>; spaces may follow it. Each
 *       key is a tensor's name, its value has {@code dtype}, {@code shape} and {@code
 *       data_offsets}: begin and end relative to the first byte after the header. The key {@code
 *       __metadata__} holds texts by key.
 *   <li>The rest: the tensors' elements, little-endian and row-major, without gaps or overlap.
 * </ul>
 *
 * <p>A reader here also bounds the header ({@link
 * shoal.model.safetensors.SafetensorsFile#HEADER_BYTES}) and the number of tensors, so that a bad
 * file costs neither time nor memory.
 *
 * <p>Must not know which tensors a model has.
 */
@NullMarked
package shoal.model.safetensors;

import org.jspecify.annotations.NullMarked;
