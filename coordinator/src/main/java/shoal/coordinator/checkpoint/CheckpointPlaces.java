package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.Hash;
import shoal.coordinator.core.Recovery;
import shoal.coordinator.core.Run;
import shoal.coordinator.core.RunSpec;
import shoal.coordinator.core.State;
import shoal.model.checkpoint.Checkpoints;
import shoal.model.checkpoint.OutputFolder;

/**
 * Where the checkpoints of runs are: under {@code DIR/runs/NAME}, or, at a coordinator that serves
 * the command it was started by, in the run's own output folder, where users of HF look for them.
 *
 * @param runs the folder of all runs' folders
 * @param workingDirectory of the command; empty: runs come from elsewhere and name no path here
 */
public record CheckpointPlaces(Path runs, Optional<Path> workingDirectory) {
    public CheckpointPlaces {
        requireNonNull(runs, "runs");
        requireNonNull(workingDirectory, "workingDirectory");
    }

    /** The folder that holds a run's checkpoints. */
    public Path folder(RunSpec spec) {
        return workingDirectory
                .map(here -> here.resolve(spec.recipe().outputDirectory()))
                .orElseGet(() -> runs.resolve(spec.name().text()));
    }

    /** A run's checkpoints. */
    Checkpoints of(RunSpec spec) {
        String shown =
                workingDirectory.isPresent()
                        ? spec.recipe().outputDirectory()
                        : folder(spec).toString();
        return Checkpoints.in(folder(spec), shown);
    }

    /** The weights of a run's checkpoint, which may be the one that it went on from. */
    Path weights(RunSpec spec, int step, ArtefactShelf shelf) {
        Path here = of(spec).path(step).resolve(OutputFolder.WEIGHTS);
        boolean wentOnFromIt =
                spec.submission().resume().filter(point -> point.step() == step).isPresent();
        if (Files.exists(here) || !wentOnFromIt) {
            return here;
        }
        return spec.artefacts().stream()
                .filter(file -> file.role() == ArtefactReference.Role.CHECKPOINT_FILE)
                .filter(file -> file.name().equals(OutputFolder.WEIGHTS))
                .map(file -> shelf.path(file.hash()))
                .findFirst()
                .orElse(here);
    }

    /** The file with this content, if a live run may fall back on it. */
    public Optional<Path> find(State state, Hash hash) {
        for (Run run : state.runs().values()) {
            Optional<Recovery.Saved> saved = run.recovery().saved();
            for (ArtefactReference file : saved.map(Recovery.Saved::files).orElse(List.of())) {
                if (file.hash().equals(hash)) {
                    int step = run.recovery().step();
                    return Optional.of(of(run.spec()).path(step).resolve(file.name()));
                }
            }
        }
        return Optional.empty();
    }
}
