package shoal.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import shoal.recipe.UserException;

/** The words of a run's flags, with the bundled sample where they name no files. */
final class TrainingWords {
    private static final Set<String> OWN_FILES = Set.of("train_file", "train_args_file");

    private TrainingWords() {}

    /**
     * What was typed; before it the sample's flags if neither a train file nor an arguments file is
     * named, so that what was typed wins.
     *
     * @param home the folder with the sample
     */
    static List<String> orSample(List<String> typed, Optional<Path> home, Path workingDirectory) {
        if (!typed.isEmpty() && !typed.get(0).startsWith("-")) {
            return typed; // it belongs to no flag, also not to the sample's last one
        }
        Set<String> names = typed.stream().map(TrainingWords::name).collect(Collectors.toSet());
        if (OWN_FILES.stream().anyMatch(names::contains)) {
            return typed;
        }
        Path folder =
                home.orElseThrow(
                        () ->
                                new UserException(
                                        "--train_file",
                                        "is missing: give the rows to train on (the bundled sample"
                                                + " is found by the ./shoal launcher only)"));
        List<String> words = new ArrayList<>();
        add(
                words,
                "--train_args_file",
                folder.resolve("config/sample_args.json"),
                workingDirectory);
        add(words, "--train_file", folder.resolve("data/train.tsv"), workingDirectory);
        if (!names.contains("eval_file")) {
            add(words, "--eval_file", folder.resolve("data/dev.tsv"), workingDirectory);
        }
        if (!names.contains("pretrained_model_name_or_path")) {
            Path model = folder.resolve("data/model");
            add(words, "--pretrained_model_name_or_path", model, workingDirectory);
        }
        words.addAll(typed);
        return words;
    }

    private static void add(List<String> words, String flag, Path file, Path workingDirectory) {
        words.add(flag);
        boolean below = file.startsWith(workingDirectory);
        words.add((below ? workingDirectory.relativize(file) : file).toString());
    }

    /** {@code --train-file=x} is train_file, as the reader of flags takes it. */
    private static String name(String word) {
        if (!word.startsWith("-")) {
            return "";
        }
        return word.replaceFirst("^--?", "").replaceFirst("=.*", "").replace('-', '_');
    }
}
