/**
 * What {@code shoal predict} reads and writes around a {@link shoal.classifier.Classifier}.
 *
 * <p>Must not know of flags or coordinators.
 *
 * <p>Read next: {@link shoal.cli.predict.PredictionRun}.
 */
@NullMarked
package shoal.cli.predict;

import org.jspecify.annotations.NullMarked;
