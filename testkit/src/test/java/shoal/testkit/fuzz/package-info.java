/**
 * Random input for every reader of users' files, by Jazzer: one class for each reader, since Jazzer
 * fuzzes one target in a JVM.
 *
 * <p>In a build each target runs over its seeds (src/test/resources, {@code TARGETInputs/reads}) in
 * a moment; {@code ./shoal check} fuzzes each for a minute. An input that breaks a target is kept
 * beside its seeds and runs in every build from then on.
 *
 * <p>Every target shows the same: bytes are read or refused by a {@link
 * shoal.recipe.UserException}, and no more heap is allocated than {@link shoal.recipe.Limits} says.
 */
@NullMarked
package shoal.testkit.fuzz;

import org.jspecify.annotations.NullMarked;
