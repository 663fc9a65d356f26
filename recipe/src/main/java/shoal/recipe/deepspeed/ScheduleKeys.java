package shoal.recipe.deepspeed;

import static shoal.recipe.key.Key.honoured;
import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.FLAG;
import static shoal.recipe.key.Types.TEXT;
import static shoal.recipe.key.Types.number;
import static shoal.recipe.key.Types.oneOf;
import static shoal.recipe.key.Types.orAuto;
import static shoal.recipe.key.Types.orNull;
import static shoal.recipe.key.Types.whole;

import java.util.List;
import shoal.recipe.key.Key;
import shoal.recipe.key.ValueType;

/** Names of the schedules that are honoured. */
final class ScheduleKeys {
    private static final ValueType CYCLE_RATE = number(0, 1e6);

    private ScheduleKeys() {}

    static final List<Key> SCHEDULE =
            List.of(
                    honoured(
                            "scheduler.type",
                            orNull(TEXT),
                            "null",
                            "the schedule; left out, HF's lr_scheduler_type",
                            "WarmupLR, WarmupDecayLR, WarmupCosineLR, OneCycle, LRRangeTest; others"
                                    + " are refused by name"),
                    honoured(
                            "scheduler.params.warmup_min_lr",
                            TrainingKeys.RATE,
                            "null",
                            "the rate before the first update (\"auto\" or left out: 0)"),
                    honoured(
                            "scheduler.params.warmup_max_lr",
                            TrainingKeys.RATE,
                            "null",
                            "the rate after the warm-up (left out: 0.001)",
                            "must be learning_rate; \"auto\" is that"),
                    honoured(
                            "scheduler.params.warmup_num_steps",
                            orNull(orAuto(whole(0))),
                            "null",
                            "steps of the warm-up, at least 2 (left out: 1000)",
                            "must be HF's warm-up; \"auto\" is that"),
                    honoured(
                            "scheduler.params.warmup_type",
                            oneOf("log", "linear"),
                            "log",
                            "the shape of the warm-up"),
                    honoured(
                            "scheduler.params.total_num_steps",
                            orNull(orAuto(whole(1))),
                            "null",
                            "where WarmupDecayLR reaches 0 and WarmupCosineLR its end",
                            "must be the steps of the run; \"auto\" is that"),
                    parameter(
                            "warmup_min_ratio",
                            CYCLE_RATE,
                            "0.0",
                            "WarmupCosineLR: share of the rate after the first update"),
                    parameter(
                            "cos_min_ratio",
                            CYCLE_RATE,
                            "0.0001",
                            "WarmupCosineLR: share of the rate at its end"),
                    withoutEffect(
                            "scheduler.params.last_batch_iteration",
                            whole(-1),
                            "-1",
                            "where the schedule starts",
                            "a resumed run knows its step"));

    static final List<Key> CYCLES =
            List.of(
                    parameter("cycle_min_lr", orNull(CYCLE_RATE), "null", "OneCycle: its ends"),
                    parameter("cycle_max_lr", orNull(CYCLE_RATE), "null", "OneCycle: its top"),
                    parameter("cycle_first_step_size", whole(1), "2000", "OneCycle: steps up"),
                    parameter(
                            "cycle_second_step_size",
                            orNull(whole(0)),
                            "null",
                            "OneCycle: steps down (left out: as many as up)"),
                    parameter("cycle_first_stair_count", whole(0), "0", "OneCycle: stairs up"),
                    parameter(
                            "cycle_second_stair_count",
                            orNull(whole(0)),
                            "null",
                            "OneCycle: stairs down (left out: as many as up)"),
                    parameter(
                            "decay_step_size",
                            whole(0),
                            "0",
                            "OneCycle: steps of one decay after the cycle; 0: none"),
                    parameter("decay_lr_rate", CYCLE_RATE, "0", "OneCycle: how much it decays"),
                    honoured(
                            "scheduler.params.cycle_momentum",
                            FLAG,
                            "true",
                            "OneCycle: also steers the betas",
                            "must be false where OneCycle is used: betas are constant"),
                    parameter(
                            "lr_range_test_min_lr",
                            CYCLE_RATE,
                            "1e-3",
                            "LRRangeTest: where it starts"),
                    parameter(
                            "lr_range_test_step_size",
                            whole(1),
                            "2000",
                            "LRRangeTest: steps of an interval"),
                    parameter(
                            "lr_range_test_step_rate",
                            CYCLE_RATE,
                            "1.0",
                            "LRRangeTest: growth per interval, in shares of the start"),
                    parameter(
                            "lr_range_test_staircase",
                            FLAG,
                            "false",
                            "LRRangeTest: grows once per interval"));

    private static Key parameter(String name, ValueType type, String otherwise, String upstream) {
        return honoured("scheduler.params." + name, type, otherwise, upstream);
    }
}
