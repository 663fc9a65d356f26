package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import shoal.model.StateKind;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Problems;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;

/** A checkpoint of HF's Trainer: no manifest, moments in optimizer.pt. */
final class HuggingFaceCheckpoint implements Checkpoint {
    private static final String START_ANEW =
            " Start from the weights instead: --pretrained_model_name_or_path.";

    private final Path folder;
    private final ModelFolder model;
    private final TrainerState trainerState;
    private final OptimizerRecipe optimizer;

    private HuggingFaceCheckpoint(
            Path folder, ModelFolder model, TrainerState trainerState, OptimizerRecipe optimizer) {
        this.folder = folder;
        this.model = model;
        this.trainerState = trainerState;
        this.optimizer = optimizer;
    }

    /** Whether the folder is one of HF's, whole or not, and none of ours. */
    static boolean isOne(Path folder) {
        return !Files.exists(folder.resolve(ManifestJson.NAME))
                && (Files.exists(folder.resolve(TorchOptimizer.NAME))
                        || Files.exists(folder.resolve(TorchScheduler.NAME))
                        || (Files.exists(folder.resolve(ShoalCheckpoint.TRAINER_STATE))
                                && !Files.exists(folder.resolve(ShoalCheckpoint.OPTIMIZER))));
    }

    static HuggingFaceCheckpoint open(Path folder, String shownName) {
        checkFiles(folder, shownName);
        ModelFolder model = ModelFolder.open(folder, shownName);
        String shownState = shownName + "/" + ShoalCheckpoint.TRAINER_STATE;
        TrainerState state =
                TrainerStateReader.read(folder.resolve(ShoalCheckpoint.TRAINER_STATE), shownState);
        if (state.globalStep() < 1) {
            throw new UserException(
                    shownState, "global_step is 0: nothing was trained." + START_ANEW);
        }
        try (TorchOptimizer optimizer = openOptimizer(folder, model)) {
            OptimizerRecipe recipe = optimizer.recipe(0);
            checkSteps(folder, shownName, state.globalStep(), optimizer.step());
            return new HuggingFaceCheckpoint(folder, model, state, recipe);
        }
    }

    private static void checkFiles(Path folder, String shownName) {
        Problems problems = new Problems();
        if (!Files.exists(folder.resolve(ShoalCheckpoint.TRAINER_STATE))) {
            problems.add(
                    shownName + "/" + ShoalCheckpoint.TRAINER_STATE,
                    "There is no such file: it says after which step the checkpoint was made.");
        }
        if (!Files.exists(folder.resolve(TorchOptimizer.NAME))) {
            String why =
                    hasDeepSpeedShards(folder)
                            ? "There is no such file: DeepSpeed keeps its optimizer in shards"
                                    + " (global_step*), which are not read."
                            : "There is no such file: without Adam's moments training cannot go on"
                                    + " (save_only_model leaves them out).";
            problems.add(shownName + "/" + TorchOptimizer.NAME, why + START_ANEW);
        } else if (!Files.exists(folder.resolve(TorchScheduler.NAME))) {
            problems.add(
                    shownName + "/" + TorchScheduler.NAME,
                    "There is no such file, but HF's Trainer writes it beside "
                            + TorchOptimizer.NAME
                            + ". Copy it too.");
        }
        problems.throwIfAny();
    }

    private static boolean hasDeepSpeedShards(Path folder) {
        try {
            return Disk.list(folder).stream()
                    .anyMatch(each -> each.getFileName().toString().startsWith("global_step"));
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static TorchOptimizer openOptimizer(Path folder, ModelFolder model) {
        return TorchOptimizer.open(
                folder.resolve(TorchOptimizer.NAME),
                model.shownName() + "/" + TorchOptimizer.NAME,
                model.table());
    }

    private static void checkSteps(Path folder, String shownName, int step, double updates) {
        Problems problems = new Problems();
        String of = ", but trainer_state.json says global_step " + step + ".";
        if (updates != step) {
            problems.add(
                    shownName + "/" + TorchOptimizer.NAME,
                    "was updated "
                            + (long) updates
                            + " times"
                            + of
                            + " The folder holds parts of two checkpoints, or updates were"
                            + " skipped (fp16).");
        }
        TorchScheduler scheduler =
                TorchScheduler.read(
                        folder.resolve(TorchScheduler.NAME), shownName + "/" + TorchScheduler.NAME);
        if (scheduler.lastEpoch() != step) {
            problems.add(
                    shownName + "/" + TorchScheduler.NAME,
                    "has last_epoch "
                            + scheduler.lastEpoch()
                            + of
                            + " The folder holds parts of two checkpoints, or updates were"
                            + " skipped (fp16).");
        }
        problems.throwIfAny();
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
        return new RunPosition(trainerState.globalStep(), trainerState.epoch().orElse(0));
    }

    @Override
    public Optional<Recipe> recipe() {
        return Optional.empty();
    }

    @Override
    public Optional<RunFacts> facts() {
        return Optional.empty();
    }

    @Override
    public Optional<OptimizerRecipe> optimizer() {
        return Optional.of(optimizer);
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
        return List.of(
                shownName()
                        + " was written by HF's Trainer: its files have no hashes, and what it does"
                        + " not record (seeds, row order, batches per update, data) is taken to be"
                        + " as given now. Dropout goes on with Shoal's own masks.");
    }

    /** Nothing was sealed; what can be checked was checked when it was opened. */
    @Override
    public void verify() {}

    @Override
    public List<StateKind> kinds() {
        return StateKind.common();
    }

    @Override
    public void loadInto(StateKind kind, ParameterSink sink) {
        requireNonNull(kind, "kind");
        if (kind.equals(StateKind.PARAMETER)) {
            // HF saved a head: no seed is used.
            model.loadInto(sink, 0);
            return;
        }
        try (TorchOptimizer file = openOptimizer(folder, model)) {
            file.moments().load(kind, model.table(), sink);
        }
    }
}
