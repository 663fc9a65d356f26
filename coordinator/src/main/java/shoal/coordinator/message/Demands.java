package shoal.coordinator.message;

import java.time.Duration;
import shoal.coordinator.core.Bounds;
import shoal.coordinator.core.Demand;
import shoal.proto.v1.SubmitRequest;

/** How many workers a submission asks for. */
public final class Demands {
    /** A year: longer than anybody waits. */
    private static final int LONGEST_WAIT_SECONDS = 365 * 24 * 3_600;

    private Demands() {}

    /**
     * Reads it; a submission that says nothing asks for one worker.
     *
     * @throws IllegalArgumentException with what is wrong, in words
     */
    public static Demand read(SubmitRequest request) {
        if (!request.hasDemand()) {
            return Demand.ONE;
        }
        shoal.proto.v1.Demand demand = request.getDemand();
        int seconds = demand.getWaitSeconds();
        if (seconds < 0 || seconds > LONGEST_WAIT_SECONDS) {
            throw new IllegalArgumentException(
                    "wait_seconds is "
                            + Integer.toUnsignedString(seconds)
                            + ", expected at most "
                            + LONGEST_WAIT_SECONDS);
        }
        return new Demand(
                demand.getLeastWorkers(),
                demand.getMostWorkers(),
                seconds == 0 ? Bounds.WORKER_WAIT : Duration.ofSeconds(seconds));
    }

    public static shoal.proto.v1.Demand message(Demand demand) {
        return shoal.proto.v1.Demand.newBuilder()
                .setLeastWorkers(demand.least())
                .setMostWorkers(demand.most())
                .setWaitSeconds(Math.toIntExact(demand.patience().toSeconds()))
                .build();
    }
}
