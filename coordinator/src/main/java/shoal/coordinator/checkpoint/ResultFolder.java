package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.RunSpec;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.checkpoint.OutputFolder;
import shoal.model.checkpoint.SealedFile;
import shoal.model.checkpoint.SealedFiles;

/**
 * {@code DIR/runs/NAME}: where a run's result is made and kept.
 *
 * @param folder of this run
 * @param work what is made there: no two share a folder while they work
 * @param shelf that holds its files
 */
record ResultFolder(Path folder, String work, ArtefactShelf shelf) {
    private static final Logger LOG = LoggerFactory.getLogger(ResultFolder.class);
    private static final String MODEL = "model-";
    private static final Pattern MODEL_NAME = Pattern.compile("model-\\d+(-\\d+)?");

    ResultFolder {
        requireNonNull(folder, "folder");
        requireNonNull(work, "work");
        requireNonNull(shelf, "shelf");
    }

    /** Where the output folder is made. */
    static ResultFolder of(Path runs, Fence fence, ArtefactShelf shelf) {
        return new ResultFolder(
                outer(runs, fence.run()), String.valueOf(fence.generation()), shelf);
    }

    /** Where the checkpoint of a step is made. */
    static ResultFolder of(Path runs, Fence fence, int step, ArtefactShelf shelf) {
        return new ResultFolder(outer(runs, fence.run()), fence.generation() + "-" + step, shelf);
    }

    /** Where the result of a run is, once it is complete. */
    static Path output(Path runs, RunName run) {
        return outer(runs, run).resolve("output");
    }

    private static Path outer(Path runs, RunName run) {
        return runs.resolve(run.text());
    }

    /** Where the result is, once it is complete. */
    Path output() {
        return folder.resolve("output");
    }

    /** Keeps what its files are, so that nobody has to read them again. */
    void keep(List<SealedFile> files) {
        Path list = OutputDesk.sealedFiles(output());
        try {
            SealedFiles.write(list, files);
        } catch (IOException e) {
            LOG.warn("the hashes of a result are not kept and will be computed again: {}", list, e);
        }
    }

    OutputFolder stage() {
        return OutputFolder.stage(output(), output().toString());
    }

    /** Puts the model files that the run started from into one folder, without copying them. */
    ModelFolder linkModel(RunSpec spec, int labels) {
        unlinkModel();
        List<ArtefactReference> files =
                spec.artefacts().stream()
                        .filter(file -> file.role() == ArtefactReference.Role.MODEL_FILE)
                        .toList();
        try {
            Files.createDirectories(model());
            for (ArtefactReference file : files) {
                link(shelf.path(file.hash()), model().resolve(file.name()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ModelFolder.open(model(), "the model folder of " + spec.name(), labels);
    }

    void unlinkModel() {
        try {
            remove(model());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Removes model folders that work left which was cut short.
     *
     * @param live work that goes on, asked after the folders are listed: one that is made meanwhile
     *     is then either not listed or live
     */
    void removeStaleModels(Supplier<Set<String>> live) {
        try {
            List<Path> found = models();
            Set<String> working = live.get();
            for (Path model : found) {
                String name = model.getFileName().toString();
                if (!working.contains(name.substring(MODEL.length()))) {
                    remove(model);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> models() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> MODEL_NAME.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
    }

    /** Removes the result. */
    void removeOutput() {
        try {
            Files.deleteIfExists(OutputDesk.sealedFiles(output()));
            remove(output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path model() {
        return folder.resolve(MODEL + work);
    }

    private static void link(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (UnsupportedOperationException | FileSystemException e) {
            // A file system without hard links: the copy costs space while the result is made.
            Files.copy(from, to);
        }
    }

    private static void remove(Path flat) throws IOException {
        if (!Files.isDirectory(flat)) {
            return;
        }
        try (Stream<Path> files = Files.list(flat)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(flat);
    }
}
