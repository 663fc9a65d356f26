package shoal.recipe.deepspeed;

import java.util.List;
import java.util.stream.Stream;
import shoal.recipe.key.Key;
import shoal.recipe.key.KeyTable;

/**
 * Every name of a DeepSpeed file, from 0.8 to 0.19, as a path with dots.
 *
 * <p>{@code section.*} stands for all of a section that has no name of its own in the table.
 *
 * <p>Facts from deepspeed 0.8.3 and 0.19.8: runtime/constants.py, runtime/config.py,
 * runtime/zero/config.py, runtime/zero/offload_config.py, monitor/config.py, and the schedules and
 * optimizers that they name.
 */
public final class DeepSpeedKeys {
    /** All of them. */
    public static final KeyTable TABLE =
            new KeyTable(
                    Stream.of(
                                    TrainingKeys.batches(),
                                    TrainingKeys.optimizer(),
                                    TrainingKeys.schedule(),
                                    TrainingKeys.refusedKinds(),
                                    TrainingKeys.precision(),
                                    ZeroKeys.stage(),
                                    ZeroKeys.messages(),
                                    ZeroKeys.others(),
                                    SideKeys.monitors(),
                                    SideKeys.machinery(),
                                    SideKeys.techniques())
                            .<Key>flatMap(List::stream)
                            .toList());

    private DeepSpeedKeys() {}
}
