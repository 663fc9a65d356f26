package shoal.recipe.huggingface;

import java.util.List;
import java.util.stream.Stream;
import shoal.recipe.key.Key;
import shoal.recipe.key.KeyTable;

/** Every name of HF's TrainingArguments, from transformers 4.27 to 5.x. */
public final class TrainingArguments {
    /** The names in groups, as docs/arguments.md lists them. */
    public static final List<Group> GROUPS =
            List.of(
                    new Group("Batches and length", LearningKeys.batches()),
                    new Group("Optimizer and loss", LearningKeys.optimizer()),
                    new Group("Learning rate", LearningKeys.schedule()),
                    new Group("Seeds and row order", LearningKeys.order()),
                    new Group("Evaluation", CadenceKeys.evaluation()),
                    new Group("Logging", CadenceKeys.logging()),
                    new Group("Saving and results", CadenceKeys.saving()),
                    new Group("Precision and memory", LearningKeys.precision()),
                    new Group("Devices and processes", MachineKeys.devices()),
                    new Group("Sharding", MachineKeys.sharding()),
                    new Group("Reading rows", MachineKeys.loading()),
                    new Group("Compilers and measuring", MachineKeys.compilers()),
                    new Group("Services", MachineKeys.services()),
                    new Group("Language models", CadenceKeys.language()));

    /** All of them. */
    public static final KeyTable TABLE =
            new KeyTable(GROUPS.stream().flatMap(group -> group.keys().stream()).toList());

    private TrainingArguments() {}

    /** Keys that belong together. */
    public record Group(String title, List<Key> keys) {
        public Group {
            keys = List.copyOf(keys);
        }
    }

    /** All keys of the groups. */
    static Stream<Key> keys() {
        return TABLE.keys().stream();
    }
}
