package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/** What a client's request came to. */
public sealed interface Reply {
    /** Reads this reply. */
    <R> R accept(Handler<R> handler);

    /** One method per reply. */
    interface Handler<R> {
        R accepted(Accepted reply);

        R cancelled(Cancelled reply);

        R refused(Refused reply);
    }

    /** The run is stored and will be computed. */
    record Accepted(RunName name) implements Reply {
        public Accepted {
            requireNonNull(name, "name");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.accepted(this);
        }
    }

    /** The run is cancelled. */
    record Cancelled(RunName name) implements Reply {
        public Cancelled {
            requireNonNull(name, "name");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.cancelled(this);
        }
    }

    /** Nothing changed. */
    record Refused(Kind kind, String reason) implements Reply {
        /** Why, for the adapter's status code. */
        public enum Kind {
            NAME_TAKEN,
            UNKNOWN_RUN,
            RUN_ENDED,
            TOO_MANY_RUNS,
            OTHER_REQUEST,
            /** A bug of ours. */
            BUG
        }

        public Refused {
            requireNonNull(kind, "kind");
            requireNonNull(reason, "reason");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.refused(this);
        }
    }
}
