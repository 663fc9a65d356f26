package shoal.worker.exchange;

import static java.util.Objects.requireNonNull;

/** What can go wrong between two workers. Its text is a sentence for the log. */
public sealed interface Trouble {
    /** The peer it was with: its index in the generation. */
    int peer();

    /** Reads this trouble. */
    <R> R accept(Handler<R> handler);

    /** One method per kind of trouble. */
    interface Handler<R> {
        R lost(Lost trouble);

        R stale(Stale trouble);

        R corrupt(Corrupt trouble);

        R refused(Refused trouble);
    }

    /** The peer is gone, frozen, or broke the protocol: nothing is sent or received any more. */
    record Lost(int peer, String reason) implements Trouble {
        public Lost {
            requireNonNull(reason, "reason");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.lost(this);
        }

        @Override
        public String toString() {
            return "worker " + peer + " is lost: " + reason;
        }
    }

    /** A range of another run or generation was dropped. */
    record Stale(int peer, long generation) implements Trouble {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.stale(this);
        }

        @Override
        public String toString() {
            return "a range of worker " + peer + " is of generation " + generation + "; dropped";
        }
    }

    /** A frame that was damaged on the way was dropped: it is sent again, with what followed. */
    record Corrupt(int peer, Kind.Track track) implements Trouble {
        public Corrupt {
            requireNonNull(track, "track");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.corrupt(this);
        }

        @Override
        public String toString() {
            return "a frame from worker "
                    + peer
                    + " on track "
                    + track
                    + " has a wrong checksum; it is sent again";
        }
    }

    /** A range that this peer has no reason to send was dropped. */
    record Refused(int peer, RangeHeader range, String reason) implements Trouble {
        public Refused {
            requireNonNull(range, "range");
            requireNonNull(reason, "reason");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.refused(this);
        }

        @Override
        public String toString() {
            return range + " from worker " + peer + " is refused: " + reason + "; dropped";
        }
    }
}
