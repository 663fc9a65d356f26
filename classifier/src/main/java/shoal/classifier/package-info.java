/**
 * A trained classifier in your own process: open a model folder, classify texts, close it.
 *
 * <p>It knows model folders and the engine, nothing of runs, coordinators or command lines, and its
 * class path holds no network library.
 *
 * <p>Read next: {@link shoal.classifier.Classifier}.
 */
@NullMarked
package shoal.classifier;

import org.jspecify.annotations.NullMarked;
