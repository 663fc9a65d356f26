/**
 * When a run logs, evaluates and saves, and what it logs: the rows of HF's log_history.
 *
 * <p>Times come in as numbers; it holds no clock. It knows nothing of files or wire formats.
 *
 * <p>Read next: {@link shoal.plan.log.Milestones}, then {@link shoal.plan.log.TrainingLog}.
 */
@NullMarked
package shoal.plan.log;

import org.jspecify.annotations.NullMarked;
