package shoal.recipe.huggingface;

import java.util.List;
import shoal.recipe.key.KeyGroup;
import shoal.recipe.key.KeyTable;

/** Every name of HF's TrainingArguments, from transformers 4.27 to 5.x. */
public final class TrainingArguments {
    /** The names in groups, as docs/arguments.md lists them. */
    public static final List<KeyGroup> GROUPS =
            List.of(
                    new KeyGroup("Batches and length", LearningKeys.batches()),
                    new KeyGroup("Optimizer and loss", LearningKeys.optimizer()),
                    new KeyGroup("Learning rate", LearningKeys.schedule()),
                    new KeyGroup("Seeds and row order", LearningKeys.order()),
                    new KeyGroup("Evaluation", CadenceKeys.evaluation()),
                    new KeyGroup("Logging", CadenceKeys.logging()),
                    new KeyGroup("Saving and results", CadenceKeys.saving()),
                    new KeyGroup("Precision and memory", LearningKeys.precision()),
                    new KeyGroup("Devices and processes", MachineKeys.devices()),
                    new KeyGroup("Sharding", MachineKeys.sharding()),
                    new KeyGroup("Reading rows", MachineKeys.loading()),
                    new KeyGroup("Compilers and measuring", MachineKeys.compilers()),
                    new KeyGroup("Services", MachineKeys.services()),
                    new KeyGroup("Language models", CadenceKeys.language()));

    /** All of them. */
    public static final KeyTable TABLE = KeyTable.of(GROUPS);

    private TrainingArguments() {}
}
