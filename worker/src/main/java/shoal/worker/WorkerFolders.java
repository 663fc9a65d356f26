package shoal.worker;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * Where a worker may write.
 *
 * @param work for its id, its cache and the files of the run it serves; one process each
 * @param offload below which runs may keep state in files, and nowhere else
 */
public record WorkerFolders(Path work, Path offload) {
    public WorkerFolders {
        requireNonNull(work, "work");
        requireNonNull(offload, "offload");
    }
}
