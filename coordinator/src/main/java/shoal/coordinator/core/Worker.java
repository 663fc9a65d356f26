package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A worker process as the coordinator sees it.
 *
 * @param process which life of which worker
 * @param link whether it can be talked to
 * @param listensAt where the process takes connections of other workers, if it has taken one from
 *     here: who refuses them there later is gone
 */
public record Worker(WorkerProcess process, Link link, Optional<String> listensAt) {
    public Worker {
        requireNonNull(process, "process");
        requireNonNull(link, "link");
        requireNonNull(listensAt, "listensAt");
    }

    /** Of which it is not known whether it listens. */
    public Worker(WorkerProcess process, Link link) {
        this(process, link, Optional.empty());
    }

    /** Attached or lost. */
    public sealed interface Link {
        /** The session, if it can be talked to. */
        Optional<Attached> attached();

        /** When it is given up, if it cannot be talked to. */
        Optional<Instant> deadline();
    }

    /**
     * Its stream is open.
     *
     * @param session the stream
     * @param facts what it says of itself
     * @param heardAt last sign of life
     * @param reconciledFor the generation for which it has said where it is, on this stream
     */
    public record Attached(
            SessionId session, WorkerFacts facts, Instant heardAt, Optional<Fence> reconciledFor)
            implements Link {
        public Attached {
            requireNonNull(session, "session");
            requireNonNull(facts, "facts");
            requireNonNull(heardAt, "heardAt");
            requireNonNull(reconciledFor, "reconciledFor");
        }

        @Override
        public Optional<Attached> attached() {
            return Optional.of(this);
        }

        @Override
        public Optional<Instant> deadline() {
            return Optional.empty();
        }

        Attached heard(Instant at) {
            return new Attached(session, facts, at, reconciledFor);
        }

        Attached reconciled(Fence fence) {
            return new Attached(session, facts, heardAt, Optional.of(fence));
        }
    }

    /** Its stream is gone; it may dial again until the deadline. */
    public record Lost(Instant until) implements Link {
        public Lost {
            requireNonNull(until, "until");
        }

        @Override
        public Optional<Attached> attached() {
            return Optional.empty();
        }

        @Override
        public Optional<Instant> deadline() {
            return Optional.of(until);
        }
    }

    public WorkerName name() {
        return process.name();
    }

    Optional<SessionId> session() {
        return link.attached().map(Attached::session);
    }

    Worker listeningAt(String address) {
        return new Worker(process, link, Optional.of(address));
    }

    Worker with(Link next) {
        return new Worker(process, next, listensAt);
    }
}
