package shoal.cli.local;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import shoal.cli.client.Connection;
import shoal.cli.outcome.CommandException;
import shoal.wire.HostPort;
import shoal.worker.Worker;
import shoal.worker.WorkerException;
import shoal.worker.WorkerFolders;
import shoal.worker.WorkerSettings;
import shoal.worker.session.SessionTimes;

/** {@code shoal worker}: runs one in this process until it ends or is interrupted. */
public final class WorkerRun {
    private WorkerRun() {}

    /**
     * Where a worker lives.
     *
     * @param workDirectory its identity and its cache of files
     * @param offloadDirectory below which runs may keep state in files
     * @param peerListen for other workers; port 0 = any free one
     * @param advertise where these reach it, if elsewhere
     * @param device its CUDA device, if it is given one
     */
    public record Place(
            Path workDirectory,
            Path offloadDirectory,
            HostPort peerListen,
            Optional<HostPort> advertise,
            OptionalInt device) {
        public Place {
            requireNonNull(workDirectory, "workDirectory");
            requireNonNull(offloadDirectory, "offloadDirectory");
            requireNonNull(peerListen, "peerListen");
            requireNonNull(advertise, "advertise");
            requireNonNull(device, "device");
        }
    }

    /**
     * Serves run after run.
     *
     * @param place its folder and its addresses
     * @param lanes compute threads, 0 = usable cores
     * @param joinWait how long a coordinator may be missing at first
     */
    public static void untilEnd(Connection coordinator, Place place, int lanes, Duration joinWait)
            throws InterruptedException {
        WorkerSettings settings =
                new WorkerSettings(
                        coordinator.access(),
                        new WorkerFolders(place.workDirectory(), place.offloadDirectory()),
                        lanes,
                        place.peerListen(),
                        place.advertise(),
                        place.device());
        try (Worker worker = Worker.start(settings, SessionTimes.joiningWithin(joinWait))) {
            worker.awaitEnd();
        } catch (WorkerException end) {
            throw new CommandException(end.code(), String.valueOf(end.getMessage()));
        }
    }
}
