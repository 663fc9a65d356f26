package shoal.recipe.deepspeed;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Problems;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;

/**
 * What a DeepSpeed file means beside the training arguments of its run.
 *
 * <p>As HF's Trainer uses it (transformers 4.57.6 integrations/deepspeed.py): the file's optimizer
 * and schedule take the place of HF's, and every value that both have must be the same.
 */
public final class DeepSpeedRecipe {
    /** deepspeed 0.19.8 runtime/config.py, DEEPSPEED_OPTIMIZERS, spelt as users do. */
    private static final Set<String> ADAM = Set.of("adam", "adamw");

    /** WarmupLR's default warmup_num_steps (deepspeed 0.19.8 runtime/lr_schedules.py). */
    private static final int DEFAULT_WARMUP_STEPS = 1000;

    private final Settings arguments;
    private final Agreement agreement;
    private final Problems problems;
    private final List<String> notices = new ArrayList<>();

    private DeepSpeedRecipe(Settings arguments, Agreement agreement, Problems problems) {
        this.arguments = arguments;
        this.agreement = agreement;
        this.problems = problems;
    }

    /**
     * Reads a file.
     *
     * @param path what messages call it
     * @param arguments HF's arguments
     */
    public static DeepSpeedRecipe read(
            JsonObject root, String path, Settings arguments, Problems problems) {
        requireNonNull(arguments, "arguments");
        Settings file = DeepSpeedFile.read(root, path, problems);
        Agreement agreement = new Agreement(file, arguments, problems);
        return new DeepSpeedRecipe(arguments, agreement, problems);
    }

    /** Checks the batch sizes, which are HF's, for so many ranks. */
    public void checkBatches(int ranks) {
        agreement.match("train_micro_batch_size_per_gpu", "per_device_train_batch_size");
        agreement.match("gradient_accumulation_steps", "gradient_accumulation_steps");
        agreement.matchBatch(ranks);
        fillPrecision();
    }

    private void fillPrecision() {
        for (String name : List.of("bf16.enabled", "fp16.enabled")) {
            agreement.match(name, name.replace(".enabled", ""));
        }
    }

    /** The update rule: the file's optimizer where it has one, else HF's. */
    public OptimizerRecipe optimizer(OptimizerRecipe huggingFace) {
        agreement.match("gradient_clipping", "max_grad_norm");
        Setting type = file().of("optimizer.type");
        if (!type.isGiven() || file().isNull("optimizer.type")) {
            return huggingFace;
        }
        String name = file().text("optimizer.type").orElseThrow();
        if (!ADAM.contains(name.toLowerCase(Locale.ROOT))) {
            problems.add(
                    type.where(),
                    type.inWords() + ". AdamW is the only optimizer. Set it to \"AdamW\"");
            return huggingFace;
        }
        agreement.matchOrDefault("optimizer.params.lr", "learning_rate", 1e-3);
        agreement.matchOrDefault("optimizer.params.eps", "adam_epsilon", 1e-8);
        agreement.matchOrDefault("optimizer.params.weight_decay", "weight_decay", 0);
        agreement.matchBetas();
        if (huggingFace.weightDecay() > 0) {
            notices.add(
                    type.where()
                            + ": DeepSpeed's optimizer decays all parameters; Shoal leaves out"
                            + " biases and LayerNorms, as HF does without DeepSpeed");
        }
        return huggingFace;
    }

    /**
     * The schedule: the file's where it has one, else HF's.
     *
     * @param warmup HF's warm-up
     */
    public ScheduleRecipe schedule(ScheduleRecipe huggingFace, WarmupLength warmup) {
        Setting type = file().of("scheduler.type");
        if (!type.isGiven() || file().isNull("scheduler.type")) {
            return huggingFace;
        }
        String name = file().text("scheduler.type").orElseThrow();
        if (!name.equals("WarmupLR") && !name.equals("WarmupDecayLR")) {
            problems.add(
                    type.where(),
                    type.inWords()
                            + ". This schedule is not supported. Set it to \"WarmupLR\" or"
                            + " \"WarmupDecayLR\", or remove scheduler and use lr_scheduler_type");
            return huggingFace;
        }
        Setting ours = arguments.of("lr_scheduler_type");
        if (ours.isGiven()) {
            notices.add(
                    ours.where()
                            + ": lr_scheduler_type is not used; "
                            + name
                            + " of the DeepSpeed file is");
        }
        return warmupSchedule(name.equals("WarmupDecayLR"), warmup);
    }

    private ScheduleRecipe warmupSchedule(boolean decays, WarmupLength warmup) {
        agreement.fill("scheduler.params.warmup_min_lr", JsonNumber.of(0), "0");
        agreement.matchOrDefault("scheduler.params.warmup_max_lr", "learning_rate", 1e-3);
        Setting steps = file().of("scheduler.params.warmup_num_steps");
        Setting total = file().of("scheduler.params.total_num_steps");
        if (decays && file().isNull("scheduler.params.total_num_steps")) {
            problems.add(
                    file().of("scheduler.type").where(),
                    "WarmupDecayLR needs scheduler.params.total_num_steps. Set it to \"auto\"");
        }
        boolean auto = file().isAuto("scheduler.params.warmup_num_steps");
        boolean autoTotal =
                file().isAuto("scheduler.params.total_num_steps")
                        || file().isNull("scheduler.params.total_num_steps");
        if (!auto) {
            checkWarmup(steps, warmup);
        }
        if (!autoTotal) {
            checkTotal(total);
        }
        return new ScheduleRecipe.Warmup(
                file().isNull("scheduler.params.warmup_min_lr")
                        ? 0
                        : file().number("scheduler.params.warmup_min_lr"),
                arguments.number("learning_rate"),
                auto ? -1 : steps(steps),
                warmup,
                file().text("scheduler.params.warmup_type").orElseThrow().equals("log"),
                decays,
                autoTotal ? -1 : file().count("scheduler.params.total_num_steps"));
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

    /** Which state is sharded, and where it is kept. */
    public ZeroRecipe zero() {
        int stage = file().count("zero_optimization.stage");
        ZeroRecipe.Offload optimizer = device("offload_optimizer.device", "cpu_offload");
        ZeroRecipe.Offload parameters = device("offload_param.device", "cpu_offload_param");
        if (parameters != ZeroRecipe.Offload.DEVICE && stage < 3) {
            Setting offload = given("offload_param.device", "cpu_offload_param");
            problems.add(
                    offload.where(),
                    offload.inWords()
                            + ", but "
                            + file().of("zero_optimization.stage").reference()
                            + ": parameters can be offloaded in stage 3 only. Remove one");
            parameters = ZeroRecipe.Offload.DEVICE;
        }
        return new ZeroRecipe(stage, optimizer, parameters);
    }

    private ZeroRecipe.Offload device(String name, String older) {
        String word = file().text("zero_optimization." + name).orElse("none");
        Setting old = file().of("zero_optimization." + older);
        boolean oldSaysCpu = !file().isNull(old.key().name()) && file().flag(old.key().name());
        return switch (word) {
            case "cpu" -> ZeroRecipe.Offload.CPU;
            case "nvme" -> ZeroRecipe.Offload.NVME;
            default -> oldSaysCpu ? ZeroRecipe.Offload.CPU : ZeroRecipe.Offload.DEVICE;
        };
    }

    private Setting given(String name, String older) {
        Setting setting = file().of("zero_optimization." + name);
        return setting.isGiven() ? setting : file().of("zero_optimization." + older);
    }

    /** What the user should know of the file. */
    public List<String> notices() {
        return List.copyOf(notices);
    }

    /** The file's settings, "auto" filled where the training arguments fill it. */
    public Settings file() {
        return agreement.file();
    }

    /** HF's pair of betas as the list that DeepSpeed takes. */
    static JsonArray betas(JsonValue beta1, JsonValue beta2) {
        return JsonArray.of(List.of(beta1, beta2));
    }
}
