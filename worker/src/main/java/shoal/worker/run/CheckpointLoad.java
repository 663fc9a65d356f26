package shoal.worker.run;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import shoal.engine.TrainingEngine;
import shoal.model.StateKind;
import shoal.model.checkpoint.Checkpoint;
import shoal.worker.artefact.RunFolder;
import shoal.worker.stop.StopSignal;

/**
 * Writes the state of a checkpoint into an engine.
 *
 * @param folder of the run
 * @param step that the state must be of
 */
record CheckpointLoad(RunFolder folder, int step) {
    /** How messages call the folder that was sent. */
    private static final String SHOWN = "checkpoint";

    CheckpointLoad {
        requireNonNull(folder, "folder");
    }

    void into(TrainingEngine engine, StopSignal stop) throws IOException {
        Path files =
                folder.checkpoint()
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "the run goes on after step "
                                                        + step
                                                        + ", but has no checkpoint among its"
                                                        + " files"));
        Checkpoint checkpoint = Checkpoint.open(files, SHOWN);
        if (checkpoint.position().step() != step) {
            throw new IOException(
                    "the run goes on after step "
                            + step
                            + ", but its checkpoint is of step "
                            + checkpoint.position().step());
        }
        if (!checkpoint.model().table().parameters().equals(engine.table().parameters())) {
            throw new IOException("the checkpoint is of another model than the run");
        }
        for (StateKind kind : checkpoint.kinds()) {
            checkpoint.loadInto(
                    kind,
                    (parameter, offsetElements, values) -> {
                        stop.throwIfRaised();
                        engine.write(
                                kind,
                                parameter.unit(),
                                parameter.offsetElements() + offsetElements,
                                values);
                    });
        }
    }
}
