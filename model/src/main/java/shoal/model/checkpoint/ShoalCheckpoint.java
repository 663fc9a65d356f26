package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import shoal.model.StateKind;
import shoal.model.safetensors.SafetensorsFile;
import shoal.model.safetensors.SafetensorsLayout;
import shoal.model.tensor.ElementType;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorInfo;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Problems;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;

/** A checkpoint with a manifest. */
final class ShoalCheckpoint implements Checkpoint {
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String TRAINER_STATE = "trainer_state.json";

    /** Files that a checkpoint has whatever its tokenizer is. */
    private static final List<String> NEEDED =
            List.of("config.json", OutputFolder.WEIGHTS, OPTIMIZER, TRAINER_STATE);

    private final Path folder;
    private final CheckpointManifest manifest;
    private final ModelFolder model;
    private final TrainerState trainerState;

    private ShoalCheckpoint(
            Path folder,
            CheckpointManifest manifest,
            ModelFolder model,
            TrainerState trainerState) {
        this.folder = folder;
        this.manifest = manifest;
        this.model = model;
        this.trainerState = trainerState;
    }

    static ShoalCheckpoint open(Path folder, String shownName) {
        String shownManifest = shownName + "/" + ManifestJson.NAME;
        if (!Files.isRegularFile(folder.resolve(ManifestJson.NAME))) {
            throw new UserException(
                    shownManifest,
                    "There is no such file: this is no complete checkpoint of Shoal.");
        }
        CheckpointManifest manifest =
                ManifestJson.read(folder.resolve(ManifestJson.NAME), shownManifest);
        checkFiles(folder, shownName, manifest);
        TrainerState state =
                TrainerStateReader.read(
                        folder.resolve(TRAINER_STATE), shownName + "/" + TRAINER_STATE);
        if (state.globalStep() != manifest.position().step()) {
            throw new UserException(
                    shownName + "/" + TRAINER_STATE,
                    String.format(
                            "global_step is %d, but %s says step %d. The folder holds parts of two"
                                    + " checkpoints.",
                            state.globalStep(), ManifestJson.NAME, manifest.position().step()));
        }
        ModelFolder model = ModelFolder.open(folder, shownName, manifest.facts().labels());
        ShoalCheckpoint checkpoint = new ShoalCheckpoint(folder, manifest, model, state);
        checkpoint.checkMoments();
        return checkpoint;
    }

    /** Names and sizes: a copy that was cut short is found without reading it. */
    private static void checkFiles(Path folder, String shownName, CheckpointManifest manifest) {
        Problems problems = new Problems();
        List<String> names = manifest.files().stream().map(SealedFile::name).toList();
        for (String name : NEEDED) {
            if (!names.contains(name)) {
                problems.add(shownName + "/" + ManifestJson.NAME, "does not list " + name + ".");
            }
        }
        for (SealedFile file : manifest.files()) {
            checkSize(folder.resolve(file.name()), shownName, file, problems);
        }
        problems.throwIfAny();
    }

    private static void checkSize(
            Path path, String shownName, SealedFile expected, Problems problems) {
        String shownFile = shownName + "/" + expected.name();
        try {
            if (!Files.isRegularFile(path)) {
                problems.add(shownFile, "There is no such file, but the checkpoint needs it.");
            } else if (Files.size(path) != expected.sizeBytes()) {
                problems.add(
                        shownFile,
                        String.format(
                                "is damaged: it has %d bytes, but was sealed with %d. Copy it"
                                        + " again, or use an earlier checkpoint.",
                                Files.size(path), expected.sizeBytes()));
            }
        } catch (IOException unreadable) {
            problems.add(shownFile, "cannot be read: " + unreadable);
        }
    }

    private void checkMoments() {
        try (TensorFile file = openMoments()) {
            moments(file).check(model.table());
            TensorInfo step = new TensorInfo(ElementType.F32, List.of());
            if (!step.equals(file.tensors().get(SafetensorsLayout.STEP))) {
                throw new UserException(
                        file.shownName(), "has no number named " + SafetensorsLayout.STEP + ".");
            }
            ByteBuffer value = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            file.read(SafetensorsLayout.STEP, 0, value);
            if (value.getFloat(0) != (float) position().step()) {
                throw new UserException(
                        file.shownName(),
                        String.format(
                                "is of step %s, but %s says step %d. The folder holds parts of two"
                                        + " checkpoints.",
                                value.getFloat(0), ManifestJson.NAME, position().step()));
            }
        }
    }

    TensorFile openMoments() {
        return SafetensorsFile.open(folder.resolve(OPTIMIZER), shownName() + "/" + OPTIMIZER);
    }

    private Moments moments(TensorFile file) {
        List<StateKind> kinds =
                kinds().stream().filter(kind -> !kind.equals(StateKind.PARAMETER)).toList();
        return new Moments(file, kinds, StateKind::tensorName);
    }

    @Override
    public String shownName() {
        return model.shownName();
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public RunPosition position() {
        return manifest.position();
    }

    @Override
    public Optional<Recipe> recipe() {
        return Optional.of(manifest.recipe());
    }

    @Override
    public Optional<RunFacts> facts() {
        return Optional.of(manifest.facts());
    }

    @Override
    public Optional<OptimizerRecipe> optimizer() {
        return Optional.of(manifest.recipe().optimizer());
    }

    @Override
    public TrainerState trainerState() {
        return trainerState;
    }

    @Override
    public ModelFolder model() {
        return model;
    }

    @Override
    public List<String> notices() {
        return List.of();
    }

    @Override
    public void verify() {
        Problems problems = new Problems();
        for (SealedFile expected : manifest.files()) {
            String shownFile = shownName() + "/" + expected.name();
            try {
                if (!Disk.hashed(folder.resolve(expected.name())).equals(expected)) {
                    problems.add(
                            shownFile,
                            "is damaged: its bytes do not have the hash that it was sealed with."
                                    + " Use an earlier checkpoint.");
                }
            } catch (IOException unreadable) {
                problems.add(shownFile, "cannot be read: " + unreadable);
            }
        }
        problems.throwIfAny();
    }

    @Override
    public List<StateKind> kinds() {
        return StateKind.of(manifest.recipe(), position().step());
    }

    @Override
    public void loadInto(StateKind kind, ParameterSink sink) {
        requireNonNull(kind, "kind");
        if (kind.equals(StateKind.PARAMETER)) {
            model.loadInto(sink, manifest.recipe().order().seed());
            return;
        }
        try (TensorFile file = openMoments()) {
            moments(file).load(kind, model.table(), sink);
        }
    }
}
