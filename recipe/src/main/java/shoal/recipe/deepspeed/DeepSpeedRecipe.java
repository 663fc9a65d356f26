package shoal.recipe.deepspeed;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.recipe.MonitorRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Problems;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
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
    private final Settings arguments;
    private final Agreement agreement;
    private final Problems problems;
    private final List<String> notices;

    private DeepSpeedRecipe(
            Settings arguments, Agreement agreement, Problems problems, List<String> notices) {
        this.arguments = arguments;
        this.agreement = agreement;
        this.problems = problems;
        this.notices = notices;
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
        List<String> notices = new ArrayList<>();
        Settings file = DeepSpeedFile.read(root, path, problems, notices);
        Agreement agreement = new Agreement(file, arguments, problems);
        return new DeepSpeedRecipe(arguments, agreement, problems, notices);
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
        // accelerate 1.15.0 accelerator.py, _prepare_deepspeed.
        agreement.fill(
                "zero_optimization.stage3_gather_16bit_weights_on_model_save",
                JsonBoolean.of(false),
                "accelerate");
    }

    /** The update rule: the file's optimizer where it has one, else HF's. */
    public OptimizerRecipe optimizer(OptimizerRecipe huggingFace) {
        return new FileOptimizer(agreement, problems).optimizer(huggingFace);
    }

    /**
     * The schedule: the file's where it has one, else HF's.
     *
     * @param warmup HF's warm-up
     */
    public ScheduleRecipe schedule(ScheduleRecipe huggingFace, WarmupLength warmup) {
        return new FileSchedule(arguments, agreement, problems, notices)
                .schedule(huggingFace, warmup);
    }

    /** Where a table of the log goes (deepspeed 0.19.8 monitor/csv_monitor.py, os.path.join). */
    public MonitorRecipe monitor() {
        if (!file().flag("csv_monitor.enabled")) {
            return MonitorRecipe.none();
        }
        String path = file().text("csv_monitor.output_path").orElse("");
        String job = file().text("csv_monitor.job_name").orElse("");
        if (path.isEmpty() && job.isEmpty()) {
            problems.add(
                    file().of("csv_monitor.job_name").where(),
                    "csv_monitor.job_name and csv_monitor.output_path are empty, which names no"
                            + " folder. Set one of them");
        }
        if (job.startsWith("/")) {
            return new MonitorRecipe(job);
        }
        return new MonitorRecipe(path + (path.isEmpty() || path.endsWith("/") ? "" : "/") + job);
    }

    /** Which state is sharded, and where it is kept. */
    public ZeroRecipe zero() {
        int stage = file().count("zero_optimization.stage");
        ZeroRecipe.Offload optimizer = device("offload_optimizer.device", "cpu_offload");
        ZeroRecipe.Offload parameters = device("offload_param.device", "cpu_offload_param");
        if (parameters != ZeroRecipe.Offload.DEVICE && stage < 3) {
            Setting offload = given("offload_param.device", "cpu_offload_param");
            notices.add(
                    offload.where()
                            + ": "
                            + offload.inWords()
                            + ", which has no effect: "
                            + file().of("zero_optimization.stage").reference()
                            + ", and parameters are offloaded in stage 3 only");
            parameters = ZeroRecipe.Offload.DEVICE;
        }
        Optional<String> momentsFolder = folder("offload_optimizer", optimizer);
        Optional<String> parametersFolder = folder("offload_param", parameters);
        return new ZeroRecipe(
                stage,
                momentsFolder.isPresent() ? optimizer : inMemory(optimizer),
                parametersFolder.isPresent() ? parameters : inMemory(parameters),
                false,
                momentsFolder.orElse(""),
                parametersFolder.orElse(""));
    }

    private static ZeroRecipe.Offload inMemory(ZeroRecipe.Offload device) {
        return device == ZeroRecipe.Offload.NVME ? ZeroRecipe.Offload.CPU : device;
    }

    /** Where a section's file is to be; empty if there is none to be, or that is a problem. */
    private Optional<String> folder(String section, ZeroRecipe.Offload kept) {
        if (kept != ZeroRecipe.Offload.NVME) {
            return Optional.empty();
        }
        Setting folder = file().of("zero_optimization." + section + ".nvme_path");
        String path = file().text(folder.key().name()).orElse("");
        if (path.startsWith("/")) {
            return Optional.of(path);
        }
        Setting device = file().of("zero_optimization." + section + ".device");
        problems.add(
                path.isEmpty() ? device.where() : folder.where(),
                path.isEmpty()
                        ? device.inWords()
                                + ", but "
                                + section
                                + ".nvme_path names no folder. Set it to one"
                                + " that every worker can write to"
                        : folder.inWords()
                                + ", expected an absolute path: every worker opens it on its own"
                                + " machine");
        return Optional.empty();
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
