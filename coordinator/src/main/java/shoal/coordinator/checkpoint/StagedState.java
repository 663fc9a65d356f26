package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Hash;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.checkpoint.CheckpointManifest;
import shoal.model.checkpoint.CheckpointTexts;
import shoal.model.checkpoint.Checkpoints;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.checkpoint.SealedFile;
import shoal.model.checkpoint.StagedCheckpoint;

/** A checkpoint of a run in the making. */
final class StagedState implements Staged {
    private final ResultFolder place;
    private final ModelFolder model;
    private final List<StateKind> kinds;
    private final StagedCheckpoint checkpoint;

    private StagedState(
            ResultFolder place,
            ModelFolder model,
            List<StateKind> kinds,
            StagedCheckpoint checkpoint) {
        this.kinds = List.copyOf(kinds);
        this.place = requireNonNull(place, "place");
        this.model = requireNonNull(model, "model");
        this.checkpoint = requireNonNull(checkpoint, "checkpoint");
    }

    static StagedState open(
            ResultFolder place, Checkpoints checkpoints, Effect.ReceiveState wanted) {
        ModelFolder model = place.linkModel(wanted.spec(), wanted.facts().labels());
        try {
            checkpoints.removeLeftovers();
            List<StateKind> kinds = StateKind.of(wanted.spec().recipe(), wanted.step());
            StagedCheckpoint staged = checkpoints.stage(wanted.step(), kinds, model);
            return new StagedState(place, model, kinds, staged);
        } catch (RuntimeException refused) {
            place.unlinkModel();
            throw refused;
        }
    }

    @Override
    public ParameterTable table() {
        return model.table();
    }

    @Override
    public List<StateKind> kinds() {
        return kinds;
    }

    @Override
    public void write(StateKind kind, Parameter parameter, long offsetElements, ByteBuffer values) {
        checkpoint.write(kind, parameter, offsetElements, values);
    }

    /**
     * Completes the checkpoint and moves it to its place. Runs as long as the disk needs.
     *
     * @param folder its place
     * @return its files
     */
    List<ArtefactReference> seal(Effect.SealCheckpoint what, Path folder) {
        TrainingTexts texts = new TrainingTexts(what.spec(), what.course(), what.ledger());
        CheckpointManifest manifest =
                checkpoint.seal(
                        new CheckpointTexts(
                                what.spec().recipe(),
                                texts.position(),
                                texts.facts(),
                                texts.trainerState(true),
                                texts.modelCard()));
        List<ArtefactReference> files = new ArrayList<>();
        manifest.files().forEach(file -> files.add(reference(file)));
        files.add(reference(SealedFile.of(folder.resolve(CheckpointManifest.NAME))));
        return files;
    }

    private static ArtefactReference reference(SealedFile file) {
        return new ArtefactReference(
                ArtefactReference.Role.CHECKPOINT_FILE,
                file.name(),
                new Hash(file.sha256()),
                file.sizeBytes());
    }

    @Override
    public void close() {
        checkpoint.close();
        place.unlinkModel();
    }
}
