package shoal.recipe.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.MonitorRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.OrderRecipe.Sampling;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.CosineWithMinimum;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ScheduleRecipe.WarmupStableDecay;
import shoal.recipe.SelectionRecipe;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.key.CountRange;

class RecipeReaderTest {
    private static final WarmupLength NONE = new WarmupLength(0, 0);

    @Test
    void ranks_are_the_most_workers_asked_for_unless_given() {
        assertThat(Typed.words("--workers", "3").recipe().batch().ranks()).isEqualTo(3);
        assertThat(Typed.words("--workers", "1:4").recipe().batch().ranks()).isEqualTo(4);
        assertThat(Typed.words("--workers", "2", "--ranks", "8").recipe().batch().ranks())
                .isEqualTo(8);
    }

    @Test
    void a_step_of_more_rows_than_a_message_holds_is_refused() {
        String[] rows = {"--workers", "2", "--per_device_train_batch_size", "32768"};

        assertThat(Typed.words(rows).recipe().batch().trainRowsPerDevice()).isEqualTo(32_768);
        assertThat(Typed.words(rows).and("--gradient_accumulation_steps", "3").problems())
                .singleElement()
                .asString()
                .startsWith("--per_device_train_batch_size")
                .contains("is 32768")
                .contains(
                        "With 2 ranks and gradient_accumulation_steps 3 a step has 196608 rows,"
                                + " more than 65536");
    }

    @Test
    void the_defaults_are_hf_s() {
        assertThat(Typed.words().recipe())
                .isEqualTo(
                        new Recipe(
                                new BatchRecipe(1, 8, 8, 1, 2, false),
                                new LengthRecipe(3, -1),
                                new OrderRecipe(Sampling.RANDOM, 42, 42),
                                new OptimizerRecipe(5e-5, 0.9, 0.999, 1e-8, 0, 1),
                                new ScheduleRecipe.Linear(NONE),
                                0,
                                Cadence.never(),
                                new Cadence(Cadence.Strategy.STEPS, 500, false),
                                new Cadence(Cadence.Strategy.STEPS, 500, false),
                                SelectionRecipe.last(),
                                MonitorRecipe.none(),
                                ZeroRecipe.none(),
                                128,
                                0,
                                "trainer_output",
                                List.of()));
    }

    @Test
    void inputs_are_what_is_not_recipe() {
        RunInputs inputs = Typed.words("--eval_file", "dev.tsv", "--lanes", "3").request().inputs();

        assertThat(inputs)
                .isEqualTo(
                        new RunInputs(
                                "train.tsv",
                                Optional.of("dev.tsv"),
                                "model",
                                new CountRange(1, 1),
                                600,
                                3,
                                false,
                                Optional.empty()));
        assertThat(Typed.words().request().inputs().evaluationFile()).isEmpty();
    }

    @Test
    void csv_monitor_s_folder_is_joined_as_python_joins_paths() {
        assertThat(csvFolder("")).isEqualTo("DeepSpeedJobName");
        assertThat(csvFolder(", \"output_path\": \"logs\", \"job_name\": \"one\""))
                .isEqualTo("logs/one");
        assertThat(csvFolder(", \"output_path\": \"logs/\", \"job_name\": \"one\""))
                .isEqualTo("logs/one");
        assertThat(csvFolder(", \"output_path\": \"logs\", \"job_name\": \"/one\""))
                .isEqualTo("/one");
        assertThat(csvFolder(", \"output_path\": \"logs\", \"job_name\": \"\"")).isEqualTo("logs/");
        assertThat(monitored("\"enabled\": false, \"output_path\": \"logs\"").recipe().monitor())
                .isEqualTo(MonitorRecipe.none());
        assertThat(monitored("\"enabled\": true, \"job_name\": \"\"").problems())
                .singleElement()
                .asString()
                .startsWith(
                        "ds.json:2: csv_monitor.job_name and csv_monitor.output_path are empty");
    }

    private static String csvFolder(String more) {
        return monitored("\"enabled\": true" + more).recipe().monitor().csvFolder();
    }

    private static Typed monitored(String members) {
        return Typed.words("--deepspeed", "ds.json")
                .file("ds.json", "\"csv_monitor\": {" + members + "}");
    }

    @Test
    void flags_win_over_the_file_which_wins_over_the_defaults() {
        Recipe recipe =
                Typed.arguments("\"seed\": 7", "\"learning_rate\": 1e-3")
                        .and("--seed", "8", "--seed", "9")
                        .recipe();

        assertThat(recipe.order().seed()).isEqualTo(9);
        assertThat(recipe.optimizer().learningRate()).isEqualTo(1e-3);
        assertThat(recipe.optimizer().epsilon()).isEqualTo(1e-8);
    }

    @Test
    void a_flag_wins_over_the_file_by_its_older_name_too() {
        Typed typed =
                Typed.arguments("\"eval_strategy\": \"epoch\"")
                        .and("--evaluation_strategy", "no", "--eval_file", "dev.tsv");

        assertThat(typed.recipe().evaluation().strategy()).isEqualTo(Cadence.Strategy.NO);
    }

    @Test
    void flags_have_the_forms_of_hf_s_parser() {
        Recipe recipe =
                Typed.words("--dataloader_drop_last", "--logging-first-step=yes")
                        .and("--learning_rate=.5", "--max-steps", "-1", "--seed=1e2")
                        .and("--no_dataloader_pin_memory", "--weight_decay", "+1.")
                        .recipe();

        assertThat(recipe.batch().dropLast()).isTrue();
        assertThat(recipe.logging().atFirstStep()).isTrue();
        assertThat(recipe.optimizer().learningRate()).isEqualTo(0.5);
        assertThat(recipe.optimizer().weightDecay()).isEqualTo(1);
        assertThat(recipe.order().seed()).isEqualTo(100);
        assertThat(recipe.notices())
                .containsExactly(
                        "--no_dataloader_pin_memory: dataloader_pin_memory has no effect: rows are"
                                + " tokenized once and kept in memory");
        assertThat(Typed.words("--dataloader_drop_last", "F").recipe().batch().dropLast())
                .isFalse();
    }

    @Test
    void older_names_mean_the_same() {
        Recipe recipe =
                Typed.arguments(
                                "\"per_gpu_train_batch_size\": 12",
                                "\"per_gpu_eval_batch_size\": 6",
                                "\"group_by_length\": true",
                                "\"no_cuda\": false",
                                "\"evaluation_strategy\": \"epoch\"")
                        .and("--eval_file", "dev.tsv")
                        .recipe();

        assertThat(recipe.batch()).isEqualTo(new BatchRecipe(1, 12, 6, 1, 3, false));
        assertThat(recipe.order().sampling()).isEqualTo(Sampling.GROUP_BY_LENGTH);
        assertThat(recipe.evaluation()).isEqualTo(new Cadence(Cadence.Strategy.EPOCH, 0, false));
    }

    @Test
    void ranks_and_slices_are_part_of_the_recipe() {
        Recipe recipe = Typed.words("--ranks", "4", "--slices", "1").recipe();

        assertThat(recipe.batch().ranks()).isEqualTo(4);
        assertThat(recipe.batch().slices()).isEqualTo(1);
        assertThat(slices(1)).isEqualTo(1);
        assertThat(slices(12)).isEqualTo(3);
        assertThat(slices(64)).isEqualTo(8);
    }

    private static int slices(int rows) {
        return Typed.words("--per_device_train_batch_size", String.valueOf(rows))
                .recipe()
                .batch()
                .slices();
    }

    @Test
    void max_steps_wins_over_epochs_and_zero_is_not_set() {
        assertThat(Typed.words("--max_steps", "30").recipe().length().steps()).isEqualTo(30);
        assertThat(Typed.words("--max_steps", "0").recipe().length())
                .isEqualTo(new LengthRecipe(3, -1));
    }

    @Test
    void a_warm_up_is_a_number_of_steps_or_a_share_by_either_name() {
        assertThat(warmup("--warmup_ratio", "0.1")).isEqualTo(new WarmupLength(0, 0.1));
        assertThat(warmup("--warmup_steps", "0.1")).isEqualTo(new WarmupLength(0, 0.1));
        assertThat(warmup("--warmup_steps", "20", "--warmup_ratio", "0.1"))
                .isEqualTo(new WarmupLength(20, 0));
    }

    private static WarmupLength warmup(String... words) {
        return ((ScheduleRecipe.Linear) Typed.words(words).recipe().schedule()).warmup();
    }

    @Test
    void evaluation_takes_the_steps_of_logging_when_it_has_none() {
        Typed typed =
                Typed.words("--eval_strategy", "steps", "--logging_steps", "0.25")
                        .and("--eval_file", "dev.tsv");

        assertThat(typed.recipe().evaluation())
                .isEqualTo(new Cadence(Cadence.Strategy.STEPS, 0.25, false));
        assertThat(typed.and("--eval_steps", "40").recipe().evaluation().steps()).isEqualTo(40);
    }

    @Test
    void null_is_a_value_of_what_may_be_left_out() {
        Recipe recipe =
                Typed.arguments(
                                "\"max_grad_norm\": null",
                                "\"data_seed\": null",
                                "\"deepspeed\": null",
                                "\"save_total_limit\": null")
                        .and("--data_seed", "5")
                        .recipe();

        assertThat(recipe.optimizer().maxGradNorm()).isZero();
        assertThat(recipe.order()).isEqualTo(new OrderRecipe(Sampling.RANDOM, 42, 5));
        assertThat(recipe.selection().checkpointsKept()).isZero();
    }

    @Test
    void the_best_model_s_metric_and_direction_are_hf_s() {
        assertThat(Typed.words("--metric_for_best_model", "eval_f1").recipe().selection())
                .isEqualTo(new SelectionRecipe("f1", true, false, 0, 0, 0));
        assertThat(
                        Typed.words("--metric_for_best_model", "loss", "--save_total_limit", "2")
                                .recipe()
                                .selection())
                .isEqualTo(new SelectionRecipe("loss", false, false, 0, 0, 2));
        assertThat(
                        Typed.words("--metric_for_best_model", "f1", "--greater_is_better", "no")
                                .recipe()
                                .selection()
                                .greaterIsBetter())
                .isFalse();
    }

    @Test
    void every_schedule_of_hf_has_its_recipe() {
        assertThat(schedule("constant", "{}")).isEqualTo(new ScheduleRecipe.Constant(NONE));
        assertThat(schedule("constant_with_warmup", "{}"))
                .isEqualTo(new ScheduleRecipe.Constant(new WarmupLength(9, 0)));
        WarmupLength nine = new WarmupLength(9, 0);
        assertThat(schedule("cosine", "{\"num_cycles\": 1.5}"))
                .isEqualTo(new ScheduleRecipe.Cosine(nine, 1.5));
        assertThat(schedule("cosine_with_restarts", "{}"))
                .isEqualTo(new ScheduleRecipe.CosineWithRestarts(nine, 1));
        assertThat(schedule("cosine_with_min_lr", "{\"min_lr\": 1e-4}"))
                .isEqualTo(
                        new CosineWithMinimum(
                                nine, 0.5, 0.1, new CosineWithMinimum.Start(false, -1)));
        assertThat(
                        schedule(
                                "cosine_warmup_with_min_lr",
                                "{\"min_lr_rate\": 0.2, \"warmup_lr_rate\": 0.3}"))
                .isEqualTo(
                        new CosineWithMinimum(
                                nine, 0.5, 0.2, new CosineWithMinimum.Start(true, 0.3)));
        assertThat(schedule("polynomial", "{\"power\": 2}"))
                .isEqualTo(new ScheduleRecipe.Polynomial(nine, 1e-7, 2));
        assertThat(schedule("inverse_sqrt", "{\"timescale\": 100}"))
                .isEqualTo(new ScheduleRecipe.InverseSquareRoot(nine, 100));
        assertThat(
                        schedule(
                                "warmup_stable_decay",
                                "{\"num_decay_steps\": 5, \"decay_type\": \"1-sqrt\"}"))
                .isEqualTo(
                        new WarmupStableDecay(
                                nine,
                                WarmupStableDecay.Shape.LINEAR,
                                -1,
                                5,
                                WarmupStableDecay.Shape.ROOT,
                                0.5,
                                0));
    }

    private static ScheduleRecipe schedule(String type, String arguments) {
        return Typed.words("--lr_scheduler_type", type, "--lr_scheduler_kwargs", arguments)
                .and("--warmup_steps", "9", "--learning_rate", "1e-3")
                .recipe()
                .schedule();
    }

    @Test
    void every_key_is_explained_with_its_origin() {
        Explanation explanation =
                Typed.arguments("\"learning_rate\": 1e-3")
                        .and("--seed", "7", "--eval_strategy", "steps", "--eval_file", "dev.tsv")
                        .request()
                        .explanation();

        assertThat(origin(explanation, "learning_rate")).isEqualTo("1e-3 args.json:2");
        assertThat(origin(explanation, "seed")).isEqualTo("7 --seed");
        assertThat(origin(explanation, "data_seed")).isEqualTo("7 default, from seed");
        assertThat(origin(explanation, "eval_steps")).isEqualTo("500 default, from logging_steps");
        assertThat(origin(explanation, "ranks")).isEqualTo("1 default, from workers");
        assertThat(origin(explanation, "max_grad_norm")).isEqualTo("1.0 default");
        assertThat(explanation.lines()).hasSizeGreaterThan(150);
    }

    private static String origin(Explanation explanation, String name) {
        return explanation.lines().stream()
                .filter(line -> line.name().equals(name))
                .map(line -> line.value() + " " + line.origin())
                .findFirst()
                .orElse("");
    }

    @Test
    void the_last_of_several_argument_files_counts() {
        Recipe recipe =
                Typed.arguments("\"seed\": 1", "\"weight_decay\": 0.5")
                        .file("other.json", "\"seed\": 2")
                        .and("--train_args_file", "other.json")
                        .recipe();

        assertThat(recipe.order().seed()).isEqualTo(2);
        assertThat(recipe.optimizer().weightDecay()).isZero();
    }

    @Test
    void an_evaluation_file_of_null_is_none() {
        assertThat(Typed.arguments("\"eval_file\": null").recipe().notices()).isEmpty();
        assertThat(
                        Typed.arguments("\"eval_file\": null", "\"eval_strategy\": \"epoch\"")
                                .problems())
                .hasSize(1);
        assertThat(Typed.words("--eval_file", "dev.tsv").recipe().notices())
                .containsExactly(
                        "--eval_file: is not used during training, as eval_strategy is \"no\"");
    }

    @Test
    void a_deepspeed_flag_may_be_the_content_itself() {
        assertThat(
                        Typed.words("--deepspeed", "{\"zero_optimization\": {\"stage\": 1}}")
                                .recipe()
                                .zero()
                                .stage())
                .isEqualTo(1);
        assertThat(Typed.words("--deepspeed", "{\"zero_optimization\": ").problems())
                .containsExactly(
                        "--deepspeed:1: ends in the middle of a value; the file was cut off");
    }

    @Test
    void a_recipe_that_was_read_travels_as_json() {
        Recipe recipe =
                Typed.arguments("\"deepspeed\": \"ds.json\"", "\"learning_rate\": 3e-4")
                        .file(
                                "ds.json",
                                "\"scheduler\": {\"type\": \"WarmupLR\", \"params\":"
                                        + " {\"warmup_max_lr\": \"auto\","
                                        + " \"warmup_num_steps\": \"auto\"}}")
                        .recipe();

        assertThat(RecipeJson.read(RecipeJson.write(recipe))).isEqualTo(recipe);
    }
}
