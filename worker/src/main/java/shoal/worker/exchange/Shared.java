package shoal.worker.exchange;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Require;

/**
 * What all streams of one exchange share.
 *
 * @param receiver of whatever arrives
 * @param frames of its run and generation
 * @param tally of what was done
 * @param windowPieces that may be sent and not taken yet, per stream whose values do not go through
 *     shared memory
 */
record Shared(Receiver receiver, Frames frames, Tally tally, int windowPieces) {
    Shared {
        requireNonNull(receiver, "receiver");
        requireNonNull(frames, "frames");
        requireNonNull(tally, "tally");
        Require.atLeast("windowPieces", windowPieces, 1);
    }
}
