package shoal.model.checkpoint;

import java.nio.file.Path;
import shoal.model.pickle.TorchTree;
import shoal.recipe.Require;
import shoal.recipe.UserException;

/**
 * HF's scheduler.pt (torch 2.7.1, torch/optim/lr_scheduler.py, LambdaLR.state_dict).
 *
 * @param lastEpoch times the schedule went on: updates, in HF's Trainer
 * @param baseRate the peak learning rate
 */
record TorchScheduler(int lastEpoch, double baseRate) {
    static final String NAME = "scheduler.pt";

    TorchScheduler {
        Require.atLeast("lastEpoch", lastEpoch, 0);
    }

    /**
     * Reads the file.
     *
     * @throws UserException if it is not the state of one of HF's schedules
     */
    static TorchScheduler read(Path file, String shownName) {
        try (TorchTree tree = TorchTree.open(file, shownName)) {
            double last = tree.number("last_epoch").orElse(-1);
            if (last < 0 || last > Integer.MAX_VALUE || last != Math.rint(last)) {
                throw new UserException(
                        shownName, "has no last_epoch: it is not the state of a schedule.");
            }
            double rate = tree.number("base_lrs.0").orElse(-1);
            if (!(rate >= 0)) {
                throw new UserException(
                        shownName,
                        "has no base_lrs: it is the state of a schedule that Shoal does not have"
                                + " (ReduceLROnPlateau has none). Start from the weights"
                                + " instead: --pretrained_model_name_or_path.");
            }
            return new TorchScheduler((int) last, rate);
        }
    }
}
