package shoal.recipe.deepspeed;

import java.util.List;
import shoal.recipe.key.KeyGroup;
import shoal.recipe.key.KeyTable;

/**
 * Every name of a DeepSpeed file, from 0.8 to 0.19, as a path with dots.
 *
 * <p>{@code section.*} stands for the rest of a section that DeepSpeed hands on unread (apex's,
 * DataStates') or that only older versions had.
 *
 * <p>Facts from deepspeed 0.8.3 and 0.19.8: runtime/constants.py, runtime/config.py,
 * runtime/zero/config.py, runtime/zero/offload_config.py, monitor/config.py, and the schedules and
 * optimizers that they name.
 */
public final class DeepSpeedKeys {
    /** The names in groups, as docs/arguments.md lists them. */
    public static final List<KeyGroup> GROUPS =
            List.of(
                    new KeyGroup("Batches and gradients", TrainingKeys.BATCHES),
                    new KeyGroup("Optimizer", TrainingKeys.OPTIMIZER),
                    new KeyGroup("Schedule", ScheduleKeys.SCHEDULE),
                    new KeyGroup("Schedules of cycles", ScheduleKeys.CYCLES),
                    new KeyGroup("Other optimizers and schedules", TrainingKeys.refusedKinds()),
                    new KeyGroup("Precision", TrainingKeys.PRECISION),
                    new KeyGroup("ZeRO stage and offload", ZeroKeys.STAGE),
                    new KeyGroup("ZeRO messages and buffers", ZeroKeys.MESSAGES),
                    new KeyGroup("Other ZeRO settings", ZeroKeys.others()),
                    new KeyGroup("Logs and monitors", SideKeys.MONITORS),
                    new KeyGroup("Machinery", SideKeys.MACHINERY),
                    new KeyGroup("Other techniques", SideKeys.techniques()),
                    new KeyGroup("Details of sections", SectionKeys.all()));

    /** All of them. */
    public static final KeyTable TABLE = KeyTable.of(GROUPS);

    private DeepSpeedKeys() {}
}
