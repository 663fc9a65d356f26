package shoal.recipe.request;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.MonitorRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Problems;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.UserException;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.deepspeed.DeepSpeedRecipe;
import shoal.recipe.huggingface.HuggingFaceRecipe;
import shoal.recipe.huggingface.Schedules;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.CountRange;
import shoal.recipe.key.Given;
import shoal.recipe.key.KeyTable;
import shoal.recipe.key.Origin;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;
import shoal.recipe.key.Values;

/**
 * Makes a {@link RunRequest} of what a user gave: flags over the training-arguments file over HF's
 * defaults, and the DeepSpeed file that they name.
 *
 * <ul>
 *   <li>Either everything is resolved, or a {@link UserException} has every problem of every file.
 *   <li>The same sources give the same request; files are read only through the sources.
 * </ul>
 */
public final class RecipeReader {
    private static final KeyTable TABLE = OwnArguments.ALL;
    private static final String DEEPSPEED = "deepspeed";

    private final RecipeSources sources;
    private final Problems problems = new Problems();

    private RecipeReader(RecipeSources sources) {
        this.sources = sources;
    }

    /** Reads everything that the sources name. */
    public static RunRequest read(RecipeSources sources) {
        return new RecipeReader(sources).read();
    }

    private RunRequest read() {
        Settings settings = settings();
        CountRange workers = settings.range("workers");
        int ranks = settings.isNull("ranks") ? workers.most() : settings.count("ranks");
        int slices =
                settings.isNull("slices")
                        ? BatchRecipe.defaultSlices(settings.count("per_device_train_batch_size"))
                        : settings.count("slices");
        Optional<DeepSpeedRecipe> deepspeed = deepspeed(settings);
        HuggingFaceRecipe parts = new HuggingFaceRecipe(settings, problems);
        parts.checkOthers();
        Schedules schedules = new Schedules(settings, problems);
        OptimizerRecipe optimizer = parts.optimizer();
        ScheduleRecipe schedule = schedules.schedule();
        MonitorRecipe monitor = MonitorRecipe.none();
        ZeroRecipe zero = ZeroRecipe.none();
        if (deepspeed.isPresent()) {
            deepspeed.get().checkBatches(ranks);
            optimizer = deepspeed.get().optimizer(optimizer);
            schedule = deepspeed.get().schedule(schedule, schedules.warmup());
            monitor = deepspeed.get().monitor();
            zero = deepspeed.get().zero();
        }
        Parts known = new Parts(optimizer, schedule, monitor, zero.recomputing(parts.recomputes()));
        RunInputs inputs = inputs(settings, workers, ranks);
        Recipe recipe = recipe(settings, parts, known, parts.batch(ranks, slices), deepspeed);
        problems.throwIfAny();
        return new RunRequest(recipe, inputs, explanation(settings, recipe, deepspeed));
    }

    /** What DeepSpeed's file may say, too. */
    private record Parts(
            OptimizerRecipe optimizer,
            ScheduleRecipe schedule,
            MonitorRecipe monitor,
            ZeroRecipe zero) {}

    /** The whole, which is refused in the words in which a coordinator refuses it. */
    private Recipe recipe(
            Settings settings,
            HuggingFaceRecipe parts,
            Parts known,
            BatchRecipe batch,
            Optional<DeepSpeedRecipe> deepspeed) {
        try {
            Recipe recipe =
                    new Recipe(
                            batch,
                            parts.length(),
                            parts.order(),
                            known.optimizer(),
                            known.schedule(),
                            settings.number("label_smoothing_factor"),
                            parts.evaluation(settings.text("eval_file").isPresent()),
                            parts.logging(),
                            parts.saving(),
                            parts.selection(),
                            known.monitor(),
                            known.zero(),
                            settings.count("max_seq_length"),
                            settings.count("num_labels"),
                            settings.text("output_dir").orElseThrow(),
                            Notices.of(settings, deepspeed));
            problems.throwIfAny();
            return RecipeJson.read(RecipeJson.write(recipe));
        } catch (IllegalArgumentException outOfBounds) {
            problems.add("recipe", String.valueOf(outOfBounds.getMessage()));
            problems.throwIfAny();
            throw outOfBounds;
        }
    }

    private Settings settings() {
        List<Given> flags = FlagReader.read(sources.words(), TABLE, problems);
        List<Given> all = new ArrayList<>();
        flags.stream()
                .filter(flag -> flag.name().equals("train_args_file"))
                .filter(flag -> flag.value() instanceof JsonText)
                .reduce((earlier, later) -> later)
                .ifPresent(last -> all.addAll(argumentsFile(Values.plain(last.value()), last)));
        all.addAll(flags);
        return Settings.resolve(TABLE, all, problems);
    }

    private List<Given> argumentsFile(String path, Given flag) {
        List<Given> given = new ArrayList<>();
        Optional<JsonObject> root =
                file(path, flag.origin())
                        .filter(
                                read ->
                                        !isMistaken(
                                                read,
                                                path,
                                                Dialect.TRAINING_ARGUMENTS,
                                                Dialect.DEEPSPEED));
        if (root.isPresent()) {
            for (Map.Entry<String, JsonValue> member : root.get().members().entrySet()) {
                if (isUnset(member.getKey(), member.getValue())) {
                    continue;
                }
                given.add(
                        new Given(
                                member.getKey(),
                                member.getValue(),
                                new Origin.File(path, member.getValue().line())));
            }
        }
        return given;
    }

    /** HF writes null for what is not set, of names that take no null, too. */
    private static boolean isUnset(String name, JsonValue value) {
        return value instanceof JsonNull
                && TABLE.find(name).filter(key -> !key.type().admits(value)).isPresent();
    }

    private Optional<DeepSpeedRecipe> deepspeed(Settings settings) {
        Setting setting = settings.of(DEEPSPEED);
        if (settings.isNull(DEEPSPEED) || settings.text(DEEPSPEED).equals(Optional.of(""))) {
            return Optional.empty();
        }
        if (setting.value() instanceof JsonObject inline) {
            String path = setting.origin() instanceof Origin.File file ? file.path() : DEEPSPEED;
            return Optional.of(DeepSpeedRecipe.read(inline, path, settings, problems));
        }
        String text = settings.text(DEEPSPEED).orElseThrow();
        // As a flag, HF takes a text that starts with a brace for the content itself.
        Optional<JsonObject> root =
                text.startsWith("{")
                        ? json(text.getBytes(StandardCharsets.UTF_8), setting.where())
                        : file(text, setting.origin());
        String path = text.startsWith("{") ? setting.where() : text;
        return root.filter(
                        file ->
                                !isMistaken(
                                        file, path, Dialect.DEEPSPEED, Dialect.TRAINING_ARGUMENTS))
                .map(file -> DeepSpeedRecipe.read(file, path, settings, problems));
    }

    private boolean isMistaken(JsonObject root, String path, Dialect expected, Dialect other) {
        Optional<String> mistake = expected.mistaken(root, other);
        mistake.ifPresent(what -> problems.add(path, what));
        return mistake.isPresent();
    }

    private Optional<JsonObject> file(String path, Origin origin) {
        try {
            return json(sources.files().read(path), path);
        } catch (NoSuchFileException absent) {
            problems.add(origin.where(), "there is no file " + path);
        } catch (AccessDeniedException denied) {
            problems.add(origin.where(), "the file " + path + " may not be read");
        } catch (IOException trouble) {
            problems.add(
                    origin.where(),
                    "the file " + path + " cannot be read: " + trouble.getMessage());
        }
        return Optional.empty();
    }

    private Optional<JsonObject> json(byte[] bytes, String path) {
        try {
            return Optional.of(JsonReader.readObject(bytes, path));
        } catch (UserException notJson) {
            problems.addAll(notJson);
            return Optional.empty();
        }
    }

    private RunInputs inputs(Settings settings, CountRange workers, int ranks) {
        if (workers.most() > ranks) {
            problems.add(
                    settings.of("workers").where(),
                    "is "
                            + workers.inWords()
                            + ", but ranks is "
                            + ranks
                            + " ("
                            + settings.of("ranks").where()
                            + "); a worker computes one rank at least. Set ranks to "
                            + workers.most()
                            + " or more, or ask for fewer workers");
        }
        return new RunInputs(
                required(settings, "train_file", "the rows to train on"),
                settings.text("eval_file"),
                required(settings, "pretrained_model_name_or_path", "the model to start from"),
                workers,
                settings.count("worker_wait"),
                settings.count("lanes"),
                settings.flag("ignore_data_skip"),
                resume(settings));
    }

    /** HF takes false and null for a run that begins anew. */
    private static Optional<String> resume(Settings settings) {
        if (settings.isNull("resume_from_checkpoint")) {
            return Optional.empty();
        }
        String typed = Values.plain(settings.of("resume_from_checkpoint").value());
        return typed.isEmpty() || typed.equalsIgnoreCase("false")
                ? Optional.empty()
                : Optional.of(typed.equalsIgnoreCase("true") ? RunInputs.NEWEST : typed);
    }

    private String required(Settings settings, String name, String what) {
        Optional<String> value = settings.text(name);
        if (value.isEmpty()) {
            problems.add("--" + name, "is missing: give " + what);
        } else if (value.get().isBlank()) {
            problems.add("--" + name, "is empty: give " + what);
        }
        return value.orElse("");
    }

    private static Explanation explanation(
            Settings settings, Recipe recipe, Optional<DeepSpeedRecipe> deepspeed) {
        List<Explanation.Line> lines = new ArrayList<>();
        for (Setting setting : resolved(settings, recipe).all()) {
            boolean own = OwnArguments.TABLE.find(setting.key().name()).isPresent();
            lines.add(Explanation.Line.of(own ? "Shoal" : "HF", setting));
        }
        deepspeed.ifPresent(file -> lines.addAll(Explanation.lines("DeepSpeed", file.file())));
        return new Explanation(lines);
    }

    /** Settings with what other keys decide where nobody gave a value. */
    private static Settings resolved(Settings settings, Recipe recipe) {
        List<Setting> derived = new ArrayList<>();
        String rows = "per_device_train_batch_size";
        derive(derived, settings, "ranks", recipe.batch().ranks(), "workers");
        derive(derived, settings, "slices", recipe.batch().slices(), rows);
        derive(derived, settings, "data_seed", recipe.order().dataSeed(), "seed");
        if (recipe.evaluation().strategy() == Cadence.Strategy.STEPS
                && settings.isNull("eval_steps")) {
            Setting steps = settings.of("logging_steps");
            derived.add(settings.of("eval_steps").derived(steps.value(), "logging_steps"));
        }
        return settings.with(derived);
    }

    private static void derive(
            List<Setting> derived, Settings settings, String name, long value, String from) {
        if (settings.isNull(name)) {
            derived.add(settings.of(name).derived(JsonNumber.of(value), from));
        }
    }
}
