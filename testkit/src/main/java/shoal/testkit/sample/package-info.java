/**
 * Makes the sample that ships with the project: reviews, a vocabulary and a small untrained model
 * in {@code data/}.
 *
 * <p>Uses the JDK only, so that the sample can be made again wherever Java runs: {@code java -cp
 * testkit/target/classes shoal.testkit.sample.Generate data}. Must not know any other package of
 * Shoal: its safetensors writer is a second, independent reading of the format. Read {@link
 * shoal.testkit.sample.ReviewWriter} next.
 */
@NullMarked
package shoal.testkit.sample;

import org.jspecify.annotations.NullMarked;
