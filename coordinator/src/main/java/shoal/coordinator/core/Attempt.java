package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/**
 * A generation of a run whose files are loaded.
 *
 * @param crew who computes it
 * @param course what it will do
 * @param ledger what it has done
 */
public record Attempt(Crew crew, Course course, Ledger ledger) {
    public Attempt {
        requireNonNull(crew, "crew");
        requireNonNull(course, "course");
        requireNonNull(ledger, "ledger");
    }

    Attempt with(Ledger next) {
        return new Attempt(crew, course, next);
    }

    /** What comes after all that was done: what is due, the upload, or the next step. */
    Phase next() {
        if (ledger.evaluationIsDue()) {
            return Phase.Evaluating.fromRowZero(this);
        }
        if (ledger.saveIsDue()) {
            return new Phase.Saving(this);
        }
        return ledger.isOver(course) ? new Phase.Uploading(this) : new Phase.Stepping(this);
    }
}
