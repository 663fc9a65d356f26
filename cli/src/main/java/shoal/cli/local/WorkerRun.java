package shoal.cli.local;

import java.nio.file.Path;
import shoal.cli.client.Connection;
import shoal.cli.outcome.CommandException;
import shoal.worker.Worker;
import shoal.worker.WorkerException;
import shoal.worker.WorkerSettings;

/** {@code shoal worker}: runs one in this process until it ends or is interrupted. */
public final class WorkerRun {
    private WorkerRun() {}

    /**
     * Serves run after run.
     *
     * @param workDirectory its identity and its cache of files
     * @param lanes compute threads, 0 = usable cores
     */
    public static void untilEnd(Connection coordinator, Path workDirectory, int lanes)
            throws InterruptedException {
        WorkerSettings settings =
                new WorkerSettings(
                        coordinator.address(), coordinator.token(), workDirectory, lanes);
        try (Worker worker = Worker.start(settings)) {
            worker.awaitEnd();
        } catch (WorkerException end) {
            throw new CommandException(end.code(), String.valueOf(end.getMessage()));
        }
    }
}
