package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.model.pickle.TorchArchive;
import shoal.model.tensor.TensorFile;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.UpdateRule;
import shoal.recipe.UserException;

/**
 * Writes a checkpoint of ours as HF's Trainer reads it (transformers 4.57.6,
 * _load_optimizer_and_scheduler): the same files with optimizer.pt and scheduler.pt in place of
 * optimizer.safetensors and shoal.json. There is no rng_state.pth: HF goes on without it, says that
 * random numbers are not reproduced, and Shoal's dropout is not torch's anyway.
 *
 * @param from what is written
 * @param nextRate learning rate of the next update; HF takes that one update's rate from here
 */
public record HuggingFaceExport(Checkpoint from, double nextRate) {
    public HuggingFaceExport {
        requireNonNull(from, "from");
    }

    /**
     * Writes a folder.
     *
     * @param shownName the folder as the user wrote it
     * @return its files
     * @throws UserException if the checkpoint is HF's already, or the folder cannot be written
     */
    public List<SealedFile> into(Path target, String shownName) {
        if (!(from instanceof ShoalCheckpoint checkpoint)) {
            throw new UserException(
                    from.shownName(), "was written by HF's Trainer: it can read it as it is.");
        }
        if (checkpoint.kinds().equals(List.of(StateKind.PARAMETER))) {
            throw new UserException(
                    from.shownName(),
                    "was saved with save_only_model: it has no optimizer to go on with. Export the"
                            + " model alone: it starts anew from these weights.");
        }
        if (!update().rule().isTorchs()) {
            throw new UserException(
                    from.shownName(),
                    "was trained with "
                            + update().rule().shownName()
                            + ", which HF's Trainer does not have. Export the model alone: it starts"
                            + " anew from these weights.");
        }
        try (OutputFolder folder = OutputFolder.stage(target, shownName);
                TensorFile moments = checkpoint.openMoments()) {
            folder.writeModelFiles(from.model());
            for (String name :
                    List.of(OutputFolder.WEIGHTS, ShoalCheckpoint.TRAINER_STATE, "README.md")) {
                folder.copy(name, from.folder().resolve(name));
            }
            write(optimizer(moments), folder, TorchOptimizer.NAME, shownName);
            write(scheduler(), folder, TorchScheduler.NAME, shownName);
            return folder.publish();
        }
    }

    private static void write(
            TorchArchive archive, OutputFolder folder, String name, String shownName) {
        try {
            archive.write(folder.staging().resolve(name));
        } catch (IOException refused) {
            throw new UserException(
                    shownName + "/" + name,
                    "cannot be written: " + refused + ". Is the disk full?");
        }
    }

    private TorchArchive optimizer(TensorFile moments) {
        List<Parameter> parameters = TorchOptimizer.inOrderOfTorch(from.model().table());
        TorchArchive archive = new TorchArchive().openDictionary();
        archive.text("state").openDictionary();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            archive.whole(i).openDictionary();
            archive.text("step").tensor(List.of(), this::step);
            for (StateKind kind : List.of(StateKind.EXP_AVG, StateKind.EXP_AVG_SQ)) {
                String name = kind.tensorName(parameter);
                archive.text(kind.equals(StateKind.EXP_AVG) ? "exp_avg" : "exp_avg_sq");
                archive.tensor(parameter.shape(), (at, values) -> moments.read(name, at, values));
            }
            archive.closeDictionary();
        }
        archive.closeDictionary();
        int decayed = (int) parameters.stream().filter(Parameter::decayed).count();
        archive.text("param_groups").openList();
        group(archive, 0, decayed, update().weightDecay());
        group(
                archive,
                decayed,
                parameters.size(),
                update().decaysAll() ? update().weightDecay() : 0);
        return archive.closeList().closeDictionary();
    }

    private void step(long offset, ByteBuffer values) {
        values.putFloat(from.position().updates());
    }

    private OptimizerRecipe update() {
        return from.recipe().map(Recipe::optimizer).orElseThrow();
    }

    /**
     * The keys of torch 2.7.1's AdamW and of its schedules, in their order. A loaded group's decay
     * and its place count, whatever the optimizer was made with (torch/optim/adam.py).
     */
    private void group(TorchArchive archive, int first, int end, double weightDecay) {
        archive.openDictionary();
        archive.text("weight_decay").number(weightDecay);
        archive.text("lr").number(nextRate);
        archive.text("betas").pair(update().beta1(), update().beta2());
        archive.text("eps").number(update().epsilon());
        archive.text("amsgrad").flag(false);
        archive.text("maximize").flag(false);
        archive.text("foreach").nothing();
        archive.text("capturable").flag(false);
        archive.text("differentiable").flag(false);
        archive.text("fused").nothing();
        archive.text("decoupled_weight_decay").flag(update().rule() instanceof UpdateRule.AdamW);
        archive.text("initial_lr").number(update().learningRate());
        archive.text("params").openList();
        for (int i = first; i < end; i++) {
            archive.whole(i);
        }
        archive.closeList().closeDictionary();
    }

    /** LambdaLR.state_dict; functions of the schedule are HF's own, so none are written. */
    private TorchArchive scheduler() {
        double peak = update().learningRate();
        TorchArchive archive = new TorchArchive().openDictionary();
        archive.text("base_lrs").openList().number(peak).number(peak).closeList();
        archive.text("last_epoch").whole(from.position().updates());
        archive.text("_step_count").whole(from.position().updates() + 1);
        archive.text("_get_lr_called_within_step").flag(false);
        archive.text("_last_lr").openList().number(nextRate).number(nextRate).closeList();
        archive.text("lr_lambdas").openList().nothing().nothing().closeList();
        return archive.closeDictionary();
    }
}
