package shoal.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ScheduleRecipe.WarmupStableDecay;
import shoal.recipe.ZeroRecipe.Offload;

class RecipeJsonTest {
    private static final Recipe RECIPE =
            new Recipe(
                    new BatchRecipe(2, 32, 16, 4, 8, true),
                    new LengthRecipe(2.5, -1),
                    new OrderRecipe(OrderRecipe.Sampling.GROUP_BY_LENGTH, 42, 43),
                    new OptimizerRecipe(5e-5, 0.9, 0.999, 1e-8, 0.01, 1),
                    new ScheduleRecipe.Linear(new WarmupLength(0, 0.05)),
                    0.1,
                    new Cadence(Cadence.Strategy.STEPS, 0.25, false),
                    new Cadence(Cadence.Strategy.EPOCH, 0, true),
                    Cadence.never(),
                    new SelectionRecipe("f1", true, true, 3, 0.001, 2),
                    new MonitorRecipe("logs/job"),
                    new ZeroRecipe(3, Offload.NVME, Offload.NVME, true, "/nvme", "/slow"),
                    192,
                    2,
                    "output",
                    List.of("a \"notice\""));

    @Test
    void a_recipe_is_one_line_in_a_fixed_order() {
        assertThat(RecipeJson.write(RECIPE))
                .isEqualTo(
                        "{\"version\":8,\"batch\":{\"ranks\":2,\"train_rows_per_device\":32,"
                                + "\"evaluation_rows_per_device\":16,\"accumulation\":4,"
                                + "\"slices\":8,\"drop_last\":true},"
                                + "\"length\":{\"epochs\":2.5,\"steps\":-1},"
                                + "\"order\":{\"sampling\":\"group_by_length\",\"seed\":42,"
                                + "\"data_seed\":43,\"epoch_begun_after\":0},"
                                + "\"optimizer\":{\"rule\":{\"type\":\"adamw\",\"corrects_bias\":true},\"learning_rate\":0.00005,\"beta1\":0.9,"
                                + "\"beta2\":0.999,\"epsilon\":1E-8,\"weight_decay\":0.01,"
                                + "\"max_grad_norm\":1,\"decays_all\":false},"
                                + "\"schedule\":{\"type\":\"linear\",\"warmup\":{\"steps\":0,"
                                + "\"ratio\":0.05}},\"label_smoothing\":0.1,"
                                + "\"evaluation\":{\"strategy\":\"steps\",\"steps\":0.25,"
                                + "\"at_first_step\":false,\"at_start\":false,\"delay\":0},"
                                + "\"logging\":{\"strategy\":\"epoch\",\"steps\":0,"
                                + "\"at_first_step\":true,\"at_start\":false,\"delay\":0},"
                                + "\"saving\":{\"strategy\":\"no\",\"steps\":0,"
                                + "\"at_first_step\":false,\"at_start\":false,\"delay\":0},"
                                + "\"selection\":{\"metric\":\"f1\",\"greater_is_better\":true,"
                                + "\"ends_with_best\":true,\"patience\":3,\"threshold\":0.001,"
                                + "\"checkpoints_kept\":2,\"model_only\":false},"
                                + "\"monitor\":{\"csv_folder\":\"logs/job\"},"
                                + "\"zero\":{\"stage\":3,\"optimizer\":\"nvme\","
                                + "\"parameters\":\"nvme\",\"recomputes\":true,"
                                + "\"moments_folder\":\"/nvme\",\"parameters_folder\":\"/slow\"},"
                                + "\"max_sequence_length\":192,\"labels\":2,"
                                + "\"output_directory\":\"output\","
                                + "\"notices\":[\"a \\\"notice\\\"\"]}");
    }

    @Test
    void what_is_written_reads_back_equal() {
        assertThat(RecipeJson.read(RecipeJson.write(RECIPE))).isEqualTo(RECIPE);

        for (long seed = 0; seed < 300; seed++) {
            Recipe recipe = new Random(seed).recipe();
            String text = RecipeJson.write(recipe);
            assertThat(RecipeJson.read(text)).as("seed %d: %s", seed, text).isEqualTo(recipe);
            assertThat(RecipeJson.write(RecipeJson.read(text))).isEqualTo(text);
        }
    }

    @Test
    void every_problem_is_named_at_once() {
        String text =
                RecipeJson.write(RECIPE)
                        .replace("\"ranks\":2,", "\"rank\":2,")
                        .replace("\"epochs\":2.5", "\"epochs\":\"2.5\"")
                        .replace("\"sampling\":\"group_by_length\"", "\"sampling\":\"longest\"")
                        .replace("\"type\":\"linear\"", "\"type\":\"step\"");

        assertThatThrownBy(() -> RecipeJson.read(text))
                .hasMessage(
                        "recipe:1: batch.ranks is missing, expected an integer from 1 to"
                                + " 2147483647\n"
                                + "recipe:1: batch.rank is not known here\n"
                                + "recipe:1: length.epochs is \"2.5\", expected a number from"
                                + " 0.0 to 1000000.0\n"
                                + "recipe:1: order.sampling is \"longest\", expected one of"
                                + " \"random\", \"sequential\", \"group_by_length\"\n"
                                + "recipe:1: schedule.type is no schedule that this version of"
                                + " Shoal knows\n"
                                + "recipe:1: schedule.warmup is not known here");
    }

    @Test
    void a_recipe_of_an_older_format_is_read_as_it_was_meant() {
        String seventh =
                RecipeJson.write(RECIPE)
                        .replace("\"version\":8", "\"version\":7")
                        .replace(",\"corrects_bias\":true", "")
                        .replace(",\"epoch_begun_after\":0", "")
                        .replace(",\"model_only\":false", "");
        String sixth =
                seventh.replace("\"version\":7", "\"version\":6")
                        .replace(",\"parameters_folder\":\"/slow\"", "");
        String fifth =
                sixth.replace("\"version\":6", "\"version\":5")
                        .replace(",\"moments_folder\":\"/nvme\"", "");
        String fourth =
                fifth.replace("\"version\":5", "\"version\":4")
                        .replace("\"rule\":{\"type\":\"adamw\"},", "");
        String third =
                fourth.replace("\"version\":4", "\"version\":3")
                        .replace(",\"recomputes\":true", "");
        String second =
                third.replace("\"version\":3", "\"version\":2")
                        .replace("\"monitor\":{\"csv_folder\":\"logs/job\"},", "");
        String first =
                second.replace("\"version\":2", "\"version\":1")
                        .replace(",\"decays_all\":false", "");

        assertThat(RecipeJson.read(seventh)).isEqualTo(RECIPE);
        assertThat(RecipeJson.read(sixth).zero())
                .isEqualTo(new ZeroRecipe(3, Offload.NVME, Offload.CPU, true, "/nvme", ""));
        Recipe inMemory = RecipeJson.read(fifth);
        assertThat(inMemory.zero()).isEqualTo(new ZeroRecipe(3, Offload.CPU, Offload.CPU, true));
        assertThat(inMemory.saving()).isEqualTo(RECIPE.saving());
        assertThat(RecipeJson.read(fourth)).isEqualTo(inMemory);
        Recipe keeping = RecipeJson.read(third);
        assertThat(keeping.zero()).isEqualTo(inMemory.zero().recomputing(false));
        assertThat(keeping.monitor()).isEqualTo(RECIPE.monitor());
        Recipe unmonitored = RecipeJson.read(second);
        assertThat(unmonitored.monitor()).isEqualTo(MonitorRecipe.none());
        assertThat(unmonitored.selection()).isEqualTo(RECIPE.selection());
        assertThat(RecipeJson.read(first)).isEqualTo(unmonitored);
    }

    @Test
    void a_precision_is_written_only_where_it_is_not_fp32() {
        String full = RecipeJson.write(RECIPE);
        String rounded = RecipeJson.write(RECIPE.withPrecision(PrecisionRecipe.fp16()));

        assertThat(RecipeJson.write(RECIPE.withPrecision(PrecisionRecipe.full()))).isEqualTo(full);
        assertThat(RecipeJson.read(full).precision()).isEqualTo(PrecisionRecipe.full());
        assertThat(rounded)
                .isEqualTo(
                        full.replace("\"version\":8", "\"version\":9")
                                .replace(
                                        "\"max_sequence_length\"",
                                        "\"precision\":{\"arithmetic\":\"fp16\",\"scaling\":"
                                                + "{\"type\":\"growing\",\"first\":65536,\"growth\":2,"
                                                + "\"backoff\":0.5,\"interval\":2000},\"skips\":true,"
                                                + "\"sums\":\"fp32\",\"travel\":\"fp32\"},"
                                                + "\"max_sequence_length\""));
        assertThatThrownBy(() -> RecipeJson.read(rounded.replace("\"version\":9", "\"version\":8")))
                .hasMessage("recipe:1: precision is not known here");
        assertThatThrownBy(() -> RecipeJson.read(full.replace("\"version\":8", "\"version\":9")))
                .hasMessageStartingWith("recipe:1: precision is missing, expected an object");
        assertThatThrownBy(() -> RecipeJson.read(rounded.replace("\"growing\"", "\"falling\"")))
                .hasMessageStartingWith(
                        "recipe:1: precision.scaling.type is no scaling that this version of Shoal"
                                + " knows\n"
                                + "recipe:1: precision.scaling.first is not known here");
        assertThatThrownBy(
                        () -> RecipeJson.read(rounded.replace("\"skips\":true", "\"skips\":false")))
                .hasMessageEndingWith(
                        "with arithmetic FP16 and skips false; losses are scaled in fp16, where an"
                                + " overflow is skipped");
    }

    @Test
    void a_rule_that_cannot_skip_is_refused_where_steps_are_skipped() {
        String text =
                RecipeJson.write(RECIPE.withPrecision(PrecisionRecipe.fp16()))
                        .replace(
                                "{\"type\":\"adamw\",\"corrects_bias\":true}",
                                "{\"type\":\"onebit_adam\",\"freeze_step\":7}");

        assertThatThrownBy(() -> RecipeJson.read(text))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "recipe: optimizer is OneBitAdam with freeze_step 7 and arithmetic FP16, in"
                                + " which steps that overflow are skipped; this rule skips none,"
                                + " so use AdamW or Adam with it, or compute in fp32");
    }

    @Test
    void a_newer_version_is_refused_by_its_number() {
        assertThatThrownBy(() -> RecipeJson.read("{\"version\":10,\"anything\":1}"))
                .hasMessage(
                        "recipe: has format version 10, but this version of Shoal reads up to 9; use"
                                + " the version that wrote it");
        assertThatThrownBy(() -> RecipeJson.read("{}"))
                .hasMessage(
                        "recipe:1: version is missing, expected an integer from 1 to 2147483647");
    }

    @Test
    void a_value_out_of_its_record_s_bounds_is_named() {
        String text = RecipeJson.write(RECIPE).replace("\"beta2\":0.999", "\"beta2\":1");

        assertThatThrownBy(() -> RecipeJson.read(text))
                .isInstanceOf(UserException.class)
                .hasMessage("recipe: beta2 is 1.0, expected 0.0 to 0.9999999999999999");
    }

    /** Recipes that cover every branch of the format. */
    private static final class Random {
        private final SplittableRandom random;

        Random(long seed) {
            random = new SplittableRandom(seed);
        }

        Recipe recipe() {
            OptimizerRecipe optimizer = optimizer();
            return new Recipe(
                    new BatchRecipe(
                            1 + random.nextInt(Limits.RANKS),
                            1 + random.nextInt(8),
                            count(),
                            1 + random.nextInt(Limits.STEP_ROWS / Limits.RANKS / 8),
                            1 + random.nextInt(Limits.SLICES),
                            flag()),
                    flag() ? new LengthRecipe(share() + 1e-9, -1) : new LengthRecipe(0, count()),
                    new OrderRecipe(
                            word(OrderRecipe.Sampling.values()),
                            random.nextLong(),
                            random.nextLong(),
                            count()),
                    optimizer,
                    schedule(),
                    share(),
                    cadence(),
                    cadence(),
                    cadence(),
                    new SelectionRecipe(
                            metric(), flag(), flag(), count(), share(), count(), flag()),
                    new MonitorRecipe(path()),
                    zero(),
                    precision(optimizer.rule()),
                    count(),
                    random.nextInt(Limits.LABELS + 1),
                    path(),
                    List.of(text(), text()));
        }

        private ZeroRecipe zero() {
            Offload optimizer = word(Offload.values());
            Offload parameters = word(Offload.values());
            return new ZeroRecipe(
                    random.nextInt(4),
                    optimizer,
                    parameters,
                    flag(),
                    optimizer == Offload.NVME ? "/" + path() : "",
                    parameters == Offload.NVME ? "/" + path() : "");
        }

        private PrecisionRecipe precision(UpdateRule rule) {
            boolean canSkip = !rule.measures() && !rule.compressesLater();
            PrecisionRecipe.Arithmetic arithmetic = word(PrecisionRecipe.Arithmetic.values());
            LossScaling scaling =
                    canSkip && arithmetic.low() == PrecisionRecipe.Type.FP16
                            ? scaling()
                            : LossScaling.none();
            return new PrecisionRecipe(
                    arithmetic,
                    scaling,
                    canSkip && (scaling.scales() || flag()),
                    arithmetic.pure()
                            ? word(PrecisionRecipe.Type.values())
                            : PrecisionRecipe.Type.FP32,
                    word(PrecisionRecipe.Type.values()));
        }

        private LossScaling scaling() {
            return switch (random.nextInt(4)) {
                case 0 -> LossScaling.none();
                case 1 -> new LossScaling.Fixed(1e-3 + share());
                case 2 ->
                        new LossScaling.Growing(
                                65_536 * (1 + share()),
                                1.5 + share(),
                                0.1 + share() / 2,
                                1 + count());
                default ->
                        new LossScaling.Delayed(
                                65_536, 1 + count(), 1 + share(), random.nextInt(), flag(), flag());
            };
        }

        private OptimizerRecipe optimizer() {
            return new OptimizerRecipe(
                    rule(), share(), share(), share(), share(), share(), share(), flag());
        }

        private UpdateRule rule() {
            return switch (random.nextInt(6)) {
                case 0 -> new UpdateRule.AdamW(flag());
                case 1 -> new UpdateRule.Adam(flag());
                case 2 -> new UpdateRule.OneBitAdam(1 + count());
                case 4 -> new UpdateRule.AdamThenDecay(flag());
                case 3 ->
                        new UpdateRule.OneBitLamb(
                                1 + count(),
                                new UpdateRule.Lamb(false, 1 + share(), share(), false),
                                share(),
                                new UpdateRule.Factors(1 + share(), share(), share()));
                default -> new UpdateRule.Lamb(flag(), 1 + share(), share(), flag());
            };
        }

        private ScheduleRecipe schedule() {
            WarmupLength warmup = new WarmupLength(count(), share());
            return switch (random.nextInt(13)) {
                case 0 -> new ScheduleRecipe.Linear(warmup);
                case 1 -> new ScheduleRecipe.Constant(warmup);
                case 2 -> new ScheduleRecipe.Cosine(warmup, share());
                case 3 -> new ScheduleRecipe.CosineWithRestarts(warmup, share());
                case 4 ->
                        new ScheduleRecipe.CosineWithMinimum(
                                warmup,
                                share(),
                                share(),
                                new ScheduleRecipe.CosineWithMinimum.Start(
                                        flag(), flag() ? -1 : share()));
                case 5 -> new ScheduleRecipe.Polynomial(warmup, share(), share());
                case 6 -> new ScheduleRecipe.InverseSquareRoot(warmup, count());
                case 7 ->
                        new WarmupStableDecay(
                                warmup,
                                word(WarmupStableDecay.Shape.values()),
                                count(),
                                count(),
                                word(WarmupStableDecay.Shape.values()),
                                share(),
                                share());
                case 8 ->
                        new ScheduleRecipe.OneCycle(
                                share(),
                                share(),
                                new ScheduleRecipe.OneCycle.Half(count(), count()),
                                new ScheduleRecipe.OneCycle.Half(count(), count()),
                                count(),
                                share());
                case 9 -> new ScheduleRecipe.RangeTest(share(), count(), share(), flag());
                case 11 ->
                        new ScheduleRecipe.WarmupCosine(
                                share(), count(), warmup, flag(), share(), count());
                case 10 -> new ScheduleRecipe.LoggedAhead(new ScheduleRecipe.Cosine(warmup, 0.5));
                default ->
                        new ScheduleRecipe.Warmup(
                                share(), share(), count(), warmup, flag(), flag(), count());
            };
        }

        private Cadence cadence() {
            return new Cadence(
                    word(Cadence.Strategy.values()), share() + 1e-300, flag(), flag(), share());
        }

        private int count() {
            return random.nextInt(1, 1 << random.nextInt(1, 31));
        }

        private double share() {
            return random.nextDouble() * Math.pow(2, -random.nextInt(0, 80));
        }

        private boolean flag() {
            return random.nextBoolean();
        }

        private <E> E word(E[] words) {
            return words[random.nextInt(words.length)];
        }

        private String path() {
            return text().replace("\0", "");
        }

        private String metric() {
            int index = random.nextInt(SelectionRecipe.METRICS.size() + 1);
            return index == 0 ? "" : SelectionRecipe.METRICS.get(index - 1);
        }

        private String text() {
            int[] points = random.ints(5, 1, 0x2FFF).toArray();
            return new String(points, 0, points.length) + "𝄞\"\\\u0000\n";
        }
    }
}
