package shoal.recipe.deepspeed;

import java.util.List;
import shoal.recipe.Problems;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.OneCycle.Half;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;

/** The schedule of a DeepSpeed file (deepspeed 0.19.8 runtime/lr_schedules.py). */
final class FileSchedule {
    /** WarmupLR's default warmup_num_steps. */
    private static final int DEFAULT_WARMUP_STEPS = 1000;

    private static final String PARAMETERS = "scheduler.params.";

    private final Settings arguments;
    private final Agreement agreement;
    private final Problems problems;
    private final List<String> notices;

    FileSchedule(Settings arguments, Agreement agreement, Problems problems, List<String> notices) {
        this.arguments = arguments;
        this.agreement = agreement;
        this.problems = problems;
        this.notices = notices;
    }

    /** The file's schedule where it has one, else HF's. */
    ScheduleRecipe schedule(ScheduleRecipe huggingFace, WarmupLength warmup) {
        Setting type = file().of("scheduler.type");
        if (!type.isGiven() || file().isNull("scheduler.type")) {
            return movedBy(huggingFace);
        }
        String name = file().text("scheduler.type").orElseThrow();
        ScheduleRecipe schedule =
                switch (name) {
                    case "WarmupLR", "WarmupDecayLR" ->
                            warmupSchedule(name.equals("WarmupDecayLR"), warmup);
                    case "WarmupCosineLR" -> warmupCosine(warmup);
                    case "OneCycle" -> oneCycle();
                    case "LRRangeTest" -> rangeTest();
                    default -> {
                        problems.add(
                                type.where(),
                                type.inWords()
                                        + ". This schedule is not supported. Set it to"
                                        + " \"WarmupLR\", \"WarmupDecayLR\","
                                        + " \"WarmupCosineLR\", \"OneCycle\" or"
                                        + " \"LRRangeTest\", or remove scheduler and use"
                                        + " lr_scheduler_type");
                        yield huggingFace;
                    }
                };
        Setting ours = arguments.of("lr_scheduler_type");
        if (ours.isGiven()) {
            notices.add(
                    ours.where()
                            + ": lr_scheduler_type is not used; "
                            + name
                            + " of the DeepSpeed file is");
        }
        return schedule;
    }

    /**
     * HF's own schedule. Where the file has an optimizer, DeepSpeed's engine makes and moves the
     * schedule (transformers 4.57.6 integrations/deepspeed.py, deepspeed_optim_sched).
     */
    private ScheduleRecipe movedBy(ScheduleRecipe huggingFace) {
        return file().isNull("optimizer.type")
                ? huggingFace
                : new ScheduleRecipe.LoggedAhead(huggingFace);
    }

    private ScheduleRecipe oneCycle() {
        Setting momentum = file().of(PARAMETERS + "cycle_momentum");
        if (file().flag(momentum.key().name())) {
            problems.add(
                    momentum.isGiven() ? momentum.where() : file().of("scheduler.type").where(),
                    momentum.inWords()
                            + (momentum.isGiven() ? "" : " (DeepSpeed's default)")
                            + ": OneCycle would steer the optimizer's betas, which is not"
                            + " supported. Set it to false");
        }
        double least = required("OneCycle", "cycle_min_lr");
        double most = required("OneCycle", "cycle_max_lr");
        int rise = file().count(PARAMETERS + "cycle_first_step_size");
        int stairs = file().count(PARAMETERS + "cycle_first_stair_count");
        return new ScheduleRecipe.OneCycle(
                least,
                most,
                new Half(rise, stairs),
                new Half(
                        countOr("cycle_second_step_size", rise),
                        countOr("cycle_second_stair_count", stairs)),
                file().count(PARAMETERS + "decay_step_size"),
                file().number(PARAMETERS + "decay_lr_rate"));
    }

    private ScheduleRecipe rangeTest() {
        return new ScheduleRecipe.RangeTest(
                file().number(PARAMETERS + "lr_range_test_min_lr"),
                file().count(PARAMETERS + "lr_range_test_step_size"),
                file().number(PARAMETERS + "lr_range_test_step_rate"),
                file().flag(PARAMETERS + "lr_range_test_staircase"));
    }

    private double required(String schedule, String name) {
        if (file().isNull(PARAMETERS + name)) {
            problems.add(
                    file().of("scheduler.type").where(),
                    schedule + " needs " + PARAMETERS + name + ". Add it");
            return 0;
        }
        return file().number(PARAMETERS + name);
    }

    private int countOr(String name, int otherwise) {
        return file().isNull(PARAMETERS + name) ? otherwise : file().count(PARAMETERS + name);
    }

    private ScheduleRecipe warmupSchedule(boolean decays, WarmupLength warmup) {
        agreement.fill("scheduler.params.warmup_min_lr", JsonNumber.of(0), "0");
        agreement.matchOrDefault("scheduler.params.warmup_max_lr", "learning_rate", 1e-3);
        if (decays) {
            requireTotal("WarmupDecayLR");
        }
        return new ScheduleRecipe.Warmup(
                file().isNull("scheduler.params.warmup_min_lr")
                        ? 0
                        : file().number("scheduler.params.warmup_min_lr"),
                arguments.number("learning_rate"),
                warmupSteps(warmup),
                warmup,
                isLogarithmic(),
                decays,
                totalSteps());
    }

    private ScheduleRecipe warmupCosine(WarmupLength warmup) {
        requireTotal("WarmupCosineLR");
        return new ScheduleRecipe.WarmupCosine(
                file().number("scheduler.params.warmup_min_ratio"),
                warmupSteps(warmup),
                warmup,
                isLogarithmic(),
                file().number("scheduler.params.cos_min_ratio"),
                totalSteps());
    }

    private void requireTotal(String name) {
        if (file().isNull("scheduler.params.total_num_steps")) {
            problems.add(
                    file().of("scheduler.type").where(),
                    name + " needs scheduler.params.total_num_steps. Set it to \"auto\"");
        }
    }

    private boolean isLogarithmic() {
        return file().text("scheduler.params.warmup_type").orElseThrow().equals("log");
    }

    /** Steps of the warm-up; -1 where HF's fills them. */
    private int warmupSteps(WarmupLength warmup) {
        Setting steps = file().of("scheduler.params.warmup_num_steps");
        if (!file().isAuto(steps.key().name())) {
            checkWarmup(steps, warmup);
            return steps(steps);
        }
        if (warmup.steps() == 0 && warmup.ratio() == 0) {
            notices.add(
                    steps.where()
                            + ": DeepSpeed 0.19.8 refuses a warm-up of 0 steps; Shoal warms up over"
                            + " 2, as older versions do");
        }
        return -1;
    }

    /** Where a decay ends; -1 for all steps of the run. */
    private int totalSteps() {
        Setting total = file().of("scheduler.params.total_num_steps");
        String name = total.key().name();
        if (file().isAuto(name) || file().isNull(name)) {
            return -1;
        }
        checkTotal(total);
        return file().count(name);
    }

    private int steps(Setting steps) {
        return steps.isGiven() && !file().isNull(steps.key().name())
                ? file().count(steps.key().name())
                : DEFAULT_WARMUP_STEPS;
    }

    /** HF compares with its own warm-up, which is a share of all steps when a ratio gives it. */
    private void checkWarmup(Setting steps, WarmupLength warmup) {
        if (!steps.isGiven()) {
            return;
        }
        if (warmup.ratio() > 0) {
            notices.add(
                    steps.where()
                            + ": HF starts only if warmup_num_steps equals its own warm-up, a"
                            + " share of all steps; Shoal takes the file's");
        } else if (steps(steps) != warmup.steps()) {
            agreement.contradiction(
                    steps,
                    arguments.of("warmup_steps").reference(),
                    String.valueOf(warmup.steps()));
        }
    }

    private void checkTotal(Setting total) {
        Setting most = arguments.of("max_steps");
        int steps = arguments.count("max_steps");
        if (steps > 0 && file().count("scheduler.params.total_num_steps") != steps) {
            agreement.contradiction(total, most.reference(), String.valueOf(steps));
        } else if (steps <= 0) {
            notices.add(
                    total.where()
                            + ": HF starts only if total_num_steps equals the steps of the run;"
                            + " Shoal takes the file's");
        }
    }

    private Settings file() {
        return agreement.file();
    }
}
