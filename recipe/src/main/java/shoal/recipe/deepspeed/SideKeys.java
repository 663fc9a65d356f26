package shoal.recipe.deepspeed;

import static shoal.recipe.key.Key.honoured;
import static shoal.recipe.key.Key.refused;
import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.ANYTHING;
import static shoal.recipe.key.Types.FLAG;
import static shoal.recipe.key.Types.FLAG_OR_NULL;
import static shoal.recipe.key.Types.NUMBER;
import static shoal.recipe.key.Types.SWITCHES;
import static shoal.recipe.key.Types.TEXT;
import static shoal.recipe.key.Types.TEXT_OR_NULL;

import java.util.List;
import java.util.stream.Stream;
import shoal.recipe.Limits;
import shoal.recipe.key.Key;
import shoal.recipe.key.ValueType;

/** Names around the arithmetic: logs, monitors, profilers, checkpoints, other techniques. */
final class SideKeys {
    private static final String LOG = "trainer_state.json in output_dir holds the log";

    private SideKeys() {}

    static final List<Key> MONITORS =
            List.of(
                    honoured(
                            "csv_monitor.enabled",
                            FLAG,
                            "false",
                            "writes Train_Samples_lr.csv: samples and learning rate of each step",
                            "the same, when the run is done: whole, in place of a file that is"
                                    + " there. As in 0.19.8 there is no Train_Samples_train_loss.csv;"
                                    + " trainer_state.json has the losses"),
                    honoured(
                            "csv_monitor.output_path",
                            TEXT,
                            "",
                            "into this folder",
                            "the same for train; a submitted run's file lies at the top of its"
                                    + " result, for export"),
                    honoured(
                            "csv_monitor.job_name",
                            TEXT,
                            "DeepSpeedJobName",
                            "in a folder of this name in it"),
                    withoutEffect(
                            "tensorboard.enabled", FLAG, "false", "writes TensorBoard files", LOG),
                    withoutEffect("tensorboard.output_path", TEXT, "", "into this folder", LOG),
                    withoutEffect(
                            "tensorboard.job_name",
                            TEXT,
                            "DeepSpeedJobName",
                            "under this name",
                            LOG),
                    withoutEffect(
                            "wandb.enabled", FLAG, "false", "reports to Weights & Biases", LOG),
                    withoutEffect("wandb.group", TEXT_OR_NULL, "null", "its group", LOG),
                    withoutEffect("wandb.team", TEXT_OR_NULL, "null", "its team", LOG),
                    withoutEffect("wandb.project", TEXT, "deepspeed", "its project", LOG),
                    withoutEffect("steps_per_print", ANYTHING, "null", "steps between prints", LOG),
                    withoutEffect("wall_clock_breakdown", FLAG, "false", "prints times", LOG),
                    withoutEffect("memory_breakdown", FLAG, "false", "prints memory", LOG),
                    withoutEffect("dump_state", FLAG, "false", "prints the engine's state", LOG),
                    withoutEffect("log_level", TEXT_OR_NULL, "null", "how much is logged", LOG));

    static final List<Key> MACHINERY =
            List.of(
                    detail("disable_allgather", FLAG, "false", "broadcasts instead of gathering"),
                    detail("disable_python_gc", FLAG, "false", "turns Python's collector off"),
                    detail("use_node_local_storage", FLAG_OR_NULL, "null", "where checkpoints lie"),
                    detail("datastates_ckpt", ANYTHING, "null", "writes checkpoints lazily"),
                    detail("datastates_ckpt.*", ANYTHING, "null", "writes checkpoints lazily"),
                    detail("vocabulary_size", NUMBER, "0", "a hint for kernels"),
                    detail("use_data_before_expert_parallelism", FLAG, "false", "order of ranks"));

    private static Key detail(String name, ValueType type, String defaultWord, String upstream) {
        return withoutEffect(
                name, type, defaultWord, upstream, "Shoal has its own machinery for this, or none");
    }

    static List<Key> techniques() {
        return Stream.of(
                        List.of(
                                technique("elasticity", "changes the batch size with the machines"),
                                technique("autotuning", "searches for the fastest settings"),
                                technique("curriculum_learning", "starts with short rows"),
                                technique("progressive_layer_drop", "leaves layers out"),
                                technique("expert_parallel", "divides experts over devices"),
                                unread("eigenvalue.enabled", "measured curvature for quantization"),
                                unread("quantize_training.*", "quantized weights in training"),
                                withoutEffect(
                                        "data_efficiency.enabled",
                                        FLAG,
                                        "false",
                                        "samples and drops tokens",
                                        "DeepSpeed's own loader reads it, which HF does not use"),
                                refused(
                                        "data_efficiency.data_routing.random_ltd",
                                        SWITCHES,
                                        "null",
                                        "leaves tokens out in some layers",
                                        "this technique is not supported. Set its enabled to"
                                                + " false")),
                        List.of(
                                refused(
                                        "compression_training",
                                        SWITCHES,
                                        "null",
                                        "quantizes and prunes weights",
                                        "this technique is not supported. Set enabled to false in"
                                                + " each of its parts"),
                                section("weight_quantization", "quantizes weights"),
                                withoutEffect(
                                        "sparse_attention",
                                        ANYTHING,
                                        "null",
                                        "attends to a part of the tokens",
                                        "only models that ask DeepSpeed for it read it; HF's do"
                                                + " not"),
                                divided("tensor_parallel.autotp_size", "0", "tensors")
                                        .accepting("1"),
                                divided("sequence_parallel_size", "1", "rows")))
                .flatMap(List::stream)
                .toList();
    }

    /** A name that DeepSpeed documents and its versions here do not read. */
    private static Key unread(String name, String upstream) {
        ValueType type = name.endsWith("*") ? ANYTHING : FLAG;
        return withoutEffect(
                name,
                type,
                type == FLAG ? "false" : "null",
                upstream,
                "DeepSpeed reads compression_training instead");
    }

    /** The switch of a section; {@link SectionKeys} has its other names. */
    private static Key technique(String name, String upstream) {
        return refused(
                name + ".enabled",
                FLAG,
                "false",
                upstream,
                "this technique changes the result and is not supported. Set it to false");
    }

    /** Over how many devices something is divided. */
    private static Key divided(String name, String otherwise, String what) {
        return refused(
                name,
                new ValueType.Whole(0, Limits.RANKS),
                otherwise,
                "over how many devices " + what + " are divided",
                "only ranks divide the work, by whole rows. Set it to 1");
    }

    /** A section that is on by being there. */
    private static Key section(String name, String upstream) {
        return refused(
                name, ANYTHING, "null", upstream, "this technique is not supported. Remove it");
    }
}
