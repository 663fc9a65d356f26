package shoal.recipe.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import shoal.recipe.deepspeed.DeepSpeedRecipe;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;
import shoal.recipe.key.Values;
import shoal.recipe.key.Verdict;

/** What a user should know of how the files were read. */
final class Notices {
    private static final String PARAMETERS = "zero_optimization.offload_param.device";
    private static final String MOMENTS = "zero_optimization.offload_optimizer.device";

    private Notices() {}

    static List<String> of(Settings settings, Optional<DeepSpeedRecipe> deepspeed) {
        List<String> notices = new ArrayList<>();
        withoutEffect(settings)
                .forEach(
                        setting ->
                                notices.add(
                                        setting.where()
                                                + ": "
                                                + setting.key().name()
                                                + " has no effect: "
                                                + setting.key().here()));
        if (settings.text("eval_file").isPresent()
                && settings.text("eval_strategy").orElseThrow().equals("no")) {
            notices.add("--eval_file: is not used during training, as eval_strategy is \"no\"");
        }
        deepspeed.ifPresent(recipe -> add(notices, settings, recipe));
        return List.copyOf(notices);
    }

    private static void add(List<String> notices, Settings settings, DeepSpeedRecipe deepspeed) {
        notices.addAll(deepspeed.notices());
        Settings file = deepspeed.file();
        if (settings.range("workers").most() == 1 && !isFiled(file, PARAMETERS)) {
            Setting stage = file.of("zero_optimization.stage");
            notices.add(
                    stage.where()
                            + (isFiled(file, MOMENTS)
                                    ? ": stage changes nothing with one worker"
                                    : ": stage and offload change nothing with one worker"));
        }
        List<Setting> idle = withoutEffect(file);
        if (!idle.isEmpty()) {
            String names =
                    idle.stream()
                            .map(setting -> setting.key().name())
                            .collect(Collectors.joining(", "));
            notices.add(
                    settings.of("deepspeed").where()
                            + ": no effect here, as docs/arguments.md says why: "
                            + names);
        }
    }

    private static boolean isFiled(Settings file, String device) {
        return file.text(device).equals(Optional.of("nvme"));
    }

    /** HF writes empty lists, objects of zeros and "<HUB_TOKEN>" for what nobody set. */
    private static boolean saysNothing(Setting setting) {
        String placeholder = "<" + setting.key().name().toUpperCase(Locale.ROOT) + ">";
        return Values.isEmpty(setting.value()) || Values.plain(setting.value()).equals(placeholder);
    }

    private static List<Setting> withoutEffect(Settings settings) {
        return settings.all().stream()
                .filter(setting -> setting.key().verdict() == Verdict.WITHOUT_EFFECT)
                .filter(setting -> setting.isGiven() && setting.differsFromDefault())
                .filter(setting -> !saysNothing(setting))
                .toList();
    }
}
