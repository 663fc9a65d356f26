package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import shoal.recipe.Require;

/**
 * A run that has not ended.
 *
 * @param spec what was accepted
 * @param position its place in the order of submission
 * @param submittedAt when it was accepted
 * @param generation of its membership; 0 before the first
 * @param restarts how often its work was lost since its newest checkpoint
 * @param nextSequence number of its next event
 * @param reason why it has its status, in words
 * @param probe the bits of its first worker, which all its workers give; empty before the first
 * @param phase where it is
 * @param recovery what it falls back on when a worker is lost
 */
public record Run(
        RunSpec spec,
        long position,
        Instant submittedAt,
        long generation,
        int restarts,
        long nextSequence,
        String reason,
        Optional<Probe> probe,
        Phase phase,
        Recovery recovery) {
    public Run {
        requireNonNull(spec, "spec");
        requireNonNull(submittedAt, "submittedAt");
        Require.atLeast("generation", generation, 0);
        Require.atLeast("restarts", restarts, 0);
        Require.atLeast("nextSequence", nextSequence, 1);
        requireNonNull(reason, "reason");
        requireNonNull(probe, "probe");
        requireNonNull(phase, "phase");
        requireNonNull(recovery, "recovery");
    }

    public RunName name() {
        return spec.name();
    }

    public Stage stage() {
        return phase.stage();
    }

    /** What current messages speak for. Not before the first generation. */
    public Fence fence() {
        return new Fence(name(), generation);
    }

    /** Whether this process works on it. */
    boolean employs(WorkerProcess process) {
        return phase.crew().flatMap(crew -> crew.member(process)).isPresent();
    }

    /** Whether this generation's work is lost with its worker. */
    boolean needsItsWorkers() {
        return stage() != Stage.SEALING;
    }

    public int step() {
        return phase.attempt().map(attempt -> attempt.ledger().step()).orElseGet(recovery::step);
    }

    /** Steps of the whole run; 0 until known. */
    public int steps() {
        return phase.attempt().map(attempt -> attempt.course().steps()).orElse(0);
    }

    public List<String> workers() {
        return phase.crew().map(Crew::names).orElse(List.of());
    }

    ProgressFacts progress() {
        Optional<Attempt> attempt = phase.attempt();
        double epoch = attempt.map(done -> done.course().epochAfter(step())).orElse(0.0);
        return new ProgressFacts(step(), steps(), epoch, 0, 0);
    }

    Run with(Phase next) {
        return new Run(
                spec,
                position,
                submittedAt,
                generation,
                restarts,
                nextSequence,
                reason,
                probe,
                next,
                recovery);
    }

    Run with(Recovery next) {
        return new Run(
                spec,
                position,
                submittedAt,
                generation,
                restarts,
                nextSequence,
                reason,
                probe,
                phase,
                next);
    }

    Run withGeneration(long next, Crew crew) {
        return new Run(
                spec,
                position,
                submittedAt,
                next,
                restarts,
                nextSequence,
                reason,
                probe.or(() -> Optional.of(crew.members().get(0).facts().probe())),
                new Phase.Starting(crew),
                recovery);
    }

    /**
     * With a new checkpoint: what ended generations before it did not keep the run from going on.
     */
    Run sealed(Recovery.Saved newest) {
        return new Run(
                spec,
                position,
                submittedAt,
                generation,
                0,
                nextSequence,
                reason,
                probe,
                phase,
                recovery.sealed(newest));
    }

    Run withOneMoreRestart() {
        return new Run(
                spec,
                position,
                submittedAt,
                generation,
                restarts + 1,
                nextSequence,
                reason,
                probe,
                new Phase.Queued(),
                recovery.restarted());
    }

    Run afterEvent(long sequence, String nextReason) {
        return new Run(
                spec,
                position,
                submittedAt,
                generation,
                restarts,
                sequence + 1,
                nextReason,
                probe,
                phase,
                recovery);
    }
}
