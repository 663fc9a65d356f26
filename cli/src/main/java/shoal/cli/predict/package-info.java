/**
 * Classifying texts with a trained model in this process.
 *
 * <p>Must not know of flags or coordinators.
 *
 * <p>Read next: {@link shoal.cli.predict.Predictor}.
 */
@NullMarked
package shoal.cli.predict;

import org.jspecify.annotations.NullMarked;
