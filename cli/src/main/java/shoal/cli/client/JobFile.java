package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import shoal.proto.v1.Artefact;

/**
 * A file that a run needs.
 *
 * @param role what the run needs it for
 * @param name its name inside its folder
 * @param path where it is
 */
public record JobFile(Artefact.Role role, String name, Path path) {
    public JobFile {
        requireNonNull(role, "role");
        requireNonNull(name, "name");
        requireNonNull(path, "path");
    }
}
