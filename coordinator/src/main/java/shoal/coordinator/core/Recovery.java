package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What a run falls back on when a worker is lost, and how it proves afterwards that nothing
 * changed.
 *
 * @param saved the newest sealed checkpoint; empty: it begins at its first step
 * @param sealing the ledger of a checkpoint that has come and is being sealed; forgotten when the
 *     process ends, as what has come is
 * @param trail commits beyond the checkpoint
 * @param replay commits of earlier generations beyond the checkpoint, ascending: doing them again
 *     must give the same
 */
public record Recovery(
        Optional<Saved> saved, Optional<Ledger> sealing, Trail trail, List<Commit> replay) {
    /**
     * A sealed checkpoint.
     *
     * @param ledger of the run when it was saved
     * @param files of its folder
     */
    public record Saved(Ledger ledger, List<ArtefactReference> files) {
        public Saved {
            requireNonNull(ledger, "ledger");
            files = List.copyOf(files);
        }
    }

    public Recovery {
        requireNonNull(saved, "saved");
        requireNonNull(sealing, "sealing");
        requireNonNull(trail, "trail");
        replay = List.copyOf(replay);
    }

    /** Of a run that begins where its submission says. */
    static Recovery of(Optional<Saved> saved) {
        return new Recovery(saved, Optional.empty(), Trail.empty(), List.of());
    }

    /** The step it falls back to; 0 = before the first. */
    public int step() {
        return saved.map(Saved::ledger).map(Ledger::step).orElse(0);
    }

    /** The checkpoint that is being sealed; 0 = none. */
    int sealingStep() {
        return sealing.map(Ledger::step).orElse(0);
    }

    /** How this step was committed in an earlier generation, if it was. */
    Optional<Commit> earlier(int step) {
        if (replay.isEmpty()) {
            return Optional.empty();
        }
        int index = step - replay.get(0).step();
        return index >= 0 && index < replay.size()
                ? Optional.of(replay.get(index))
                : Optional.empty();
    }

    Recovery committed(Commit commit) {
        return new Recovery(saved, sealing, trail.with(commit), replay);
    }

    Recovery sealing(Ledger ledger) {
        return new Recovery(saved, Optional.of(ledger), trail, replay);
    }

    Recovery notSealing() {
        return new Recovery(saved, Optional.empty(), trail, replay);
    }

    Recovery sealed(Saved newest) {
        return new Recovery(
                Optional.of(newest),
                Optional.empty(),
                trail.beyond(newest.ledger().step()),
                replay);
    }

    /** A generation's work beyond the checkpoint is lost and will be done again. */
    Recovery restarted() {
        List<Commit> done = trail.commits();
        int reached = done.isEmpty() ? 0 : done.get(done.size() - 1).step();
        int earlierReached = replay.isEmpty() ? 0 : replay.get(replay.size() - 1).step();
        return new Recovery(
                saved, Optional.empty(), Trail.empty(), reached >= earlierReached ? done : replay);
    }
}
