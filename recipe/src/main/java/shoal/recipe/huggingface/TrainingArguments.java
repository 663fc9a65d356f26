package shoal.recipe.huggingface;

import java.util.List;
import shoal.recipe.key.KeyGroup;
import shoal.recipe.key.KeyTable;

/** Every name of HF's TrainingArguments, from transformers 4.27 to 5.x. */
public final class TrainingArguments {
    /** The names in groups, as docs/arguments.md lists them. */
    public static final List<KeyGroup> GROUPS =
            List.of(
                    new KeyGroup("Batches and length", LearningKeys.BATCHES),
                    new KeyGroup("Optimizer and loss", LearningKeys.OPTIMIZER),
                    new KeyGroup("Learning rate", LearningKeys.SCHEDULE),
                    new KeyGroup("Seeds and row order", LearningKeys.ORDER),
                    new KeyGroup("Evaluation", CadenceKeys.EVALUATION),
                    new KeyGroup("Logging", CadenceKeys.LOGGING),
                    new KeyGroup("Saving and results", CadenceKeys.SAVING),
                    new KeyGroup("Precision and memory", LearningKeys.PRECISION),
                    new KeyGroup("Devices and processes", MachineKeys.DEVICES),
                    new KeyGroup("Sharding", MachineKeys.SHARDING),
                    new KeyGroup("Reading rows", MachineKeys.LOADING),
                    new KeyGroup("Compilers and measuring", MachineKeys.COMPILERS),
                    new KeyGroup("Services", MachineKeys.SERVICES),
                    new KeyGroup("Language models", CadenceKeys.LANGUAGE));

    /** All of them. */
    public static final KeyTable TABLE = KeyTable.of(GROUPS);

    private TrainingArguments() {}
}
