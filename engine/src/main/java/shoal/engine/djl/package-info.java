/**
 * The training kernel on DJL's PyTorch engine, and the only importer of {@code ai.djl} tensors.
 *
 * <p>From the outside in: {@link shoal.engine.djl.DjlEngine} is the seam's implementation; {@code
 * StepPass} runs the leaves of a step on {@code Lanes}; {@code SlicePass} takes one leaf through
 * the units; {@code Kernel} calls the functions of the resource {@code kernel.py}, the page that
 * holds all arithmetic on tensors; {@code GradientSum} adds the leaves' gradients in the fixed
 * order; {@code AdamW} updates.
 *
 * <p>Rules kept here, because results depend on them (docs/design.md, sections 2 and 3):
 *
 * <ul>
 *   <li>Native code runs on {@code NativeThread}s only, one intra-op thread each, without autograd.
 *   <li>Native operators get whole tensors or ranges cut at multiples of 16 elements.
 *   <li>Sizes are computed in 64 bits before DJL sees them (CVE-2026-85228).
 * </ul>
 *
 * <p>Must not know of ranks' owners, networks or clocks, nor of files but {@code OffloadFile}. Read
 * next: {@code kernel.py}.
 */
@NullMarked
package shoal.engine.djl;

import org.jspecify.annotations.NullMarked;
