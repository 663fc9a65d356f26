package shoal.worker.artefact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import shoal.proto.v1.Artefact;
import shoal.worker.stop.StopSignal;

/**
 * A run's files, laid out under the names they had: {@code train/NAME}, {@code evaluation/NAME},
 * {@code model/NAME...}, {@code checkpoint/NAME...}. They are hard links to the cache where the
 * file system has them, else copies, so that removing from the cache does not take them away.
 */
public final class RunFolder implements AutoCloseable {
    /** Files of one run: a model folder has about ten. */
    private static final int MOST_FILES = 1_000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");

    private final Path folder;

    private RunFolder(Path folder) {
        this.folder = folder;
    }

    /** Fetches what is missing and lays it out in a folder that is emptied first. */
    public static RunFolder lay(
            Path folder, List<Artefact> artefacts, ArtefactCache cache, StopSignal stop)
            throws IOException {
        check(artefacts);
        removeAll(folder);
        List<Path> kept = cache.obtain(artefacts, stop);
        for (int i = 0; i < kept.size(); i++) {
            Artefact artefact = artefacts.get(i);
            Path place = folder.resolve(subfolder(artefact)).resolve(artefact.getName());
            Files.createDirectories(place.getParent());
            link(kept.get(i), place);
        }
        Files.createDirectories(folder.resolve("model"));
        return new RunFolder(folder);
    }

    /** The model's folder; may lack files, which is for its reader to say. */
    public Path model() {
        return folder.resolve("model");
    }

    /** The folder of the checkpoint that the run goes on from, if there is one. */
    public Optional<Path> checkpoint() {
        Path checkpoint = folder.resolve("checkpoint");
        return Files.isDirectory(checkpoint) ? Optional.of(checkpoint) : Optional.empty();
    }

    /** The files of a role, in the order of the run. */
    public List<Path> files(Artefact.Role role, List<Artefact> artefacts) {
        return artefacts.stream()
                .filter(artefact -> artefact.getRole() == role)
                .map(artefact -> folder.resolve(subfolder(artefact)).resolve(artefact.getName()))
                .toList();
    }

    /** Removes the layout; the cache keeps the contents. */
    @Override
    public void close() throws IOException {
        removeAll(folder);
    }

    /** Removes a folder and all in it, if it is there. */
    public static void removeAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(deepestFirst::add);
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }

    private static void check(List<Artefact> artefacts) throws IOException {
        if (artefacts.size() > MOST_FILES) {
            throw new IOException("a run of " + artefacts.size() + " files; at most " + MOST_FILES);
        }
        Set<String> places = new HashSet<>();
        for (Artefact artefact : artefacts) {
            if (!NAME.matcher(artefact.getName()).matches()) {
                throw new IOException(
                        "'" + artefact.getName() + "' is no file name; expected " + NAME);
            }
            if (!places.add(subfolder(artefact) + "/" + artefact.getName())) {
                throw new IOException("the run has two files " + artefact.getName());
            }
        }
    }

    private static String subfolder(Artefact artefact) {
        return switch (artefact.getRole()) {
            case TRAIN_ROWS -> "train";
            case EVALUATION_ROWS -> "evaluation";
            case MODEL_FILE -> "model";
            case CHECKPOINT_FILE -> "checkpoint";
            case ROLE_UNSPECIFIED, UNRECOGNIZED ->
                    throw new IllegalArgumentException(
                            artefact.getName() + " has no role this worker knows");
        };
    }

    private static void link(Path kept, Path place) throws IOException {
        try {
            Files.createLink(place, kept);
        } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
            Files.copy(kept, place);
        }
    }
}
