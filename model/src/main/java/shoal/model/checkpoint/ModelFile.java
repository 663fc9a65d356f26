package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * One file that a run needs of a model folder.
 *
 * @param name inside the folder
 * @param path where it is now
 * @param kind what it is for
 */
public record ModelFile(String name, Path path, Kind kind) {
    /** What a file of a model folder is for. */
    public enum Kind {
        CONFIG,
        WEIGHTS,
        TOKENIZER
    }

    public ModelFile {
        requireNonNull(name, "name");
        requireNonNull(path, "path");
        requireNonNull(kind, "kind");
    }
}
