package shoal.model.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import shoal.model.GptConfig;
import shoal.model.LfsPointer;
import shoal.model.ParameterTable;
import shoal.model.json.Json;
import shoal.model.tensor.TensorFile;
import shoal.model.tokenizer.Tokenizer;
import shoal.recipe.Limits;
import shoal.recipe.Problems;
import shoal.recipe.UserException;

/**
 * A checked HF folder of a GPT-2 model, for a classifier of so many labels.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Opening reads config.json and the headers of weight files, never the weights.
 *   <li>A folder that opens has every parameter with its shape and a readable type; only the score
 *       head may be missing, and is then drawn anew from the run's seed.
 * </ul>
 *
 * <p>Immutable; no file stays open. Safe for any thread.
 */
public final class ModelFolder {
    /** Names of tokenizer files that HF knows. */
    static final List<String> TOKENIZER_FILES =
            List.of(
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.txt",
                    "vocab.json",
                    "merges.txt");

    private final Source source;
    private final GptConfig config;
    private final ParameterTable table;
    private final boolean hasHead;
    private final List<ModelFile> files;
    private final List<String> notices;

    private ModelFolder(
            Source source,
            GptConfig config,
            boolean hasHead,
            List<ModelFile> files,
            List<String> notices) {
        this.source = source;
        this.config = config;
        this.hasHead = hasHead;
        this.table = ParameterTable.of(config);
        this.files = List.copyOf(files);
        this.notices = List.copyOf(notices);
    }

    /** Opens a folder for as many labels as its head or config.json has, else 2. */
    public static ModelFolder open(Path folder, String shownName) {
        return open(folder, shownName, 0);
    }

    /**
     * Opens and checks a folder.
     *
     * @param shownName the folder as the user wrote it
     * @param labels classes, or 0 for what the folder says
     * @throws UserException with what is wrong with the folder
     */
    public static ModelFolder open(Path folder, String shownName, int labels) {
        requireFolder(folder, shownName);
        String shownConfig = shownName + "/config.json";
        if (!Files.exists(folder.resolve("config.json"))) {
            throw new UserException(
                    shownConfig,
                    "There is no such file. A model folder holds config.json, model.safetensors and"
                            + " the tokenizer's files.");
        }
        refusePointers(
                Stream.of(List.of("config.json"), WeightFiles.NAMES, TOKENIZER_FILES)
                        .flatMap(List::stream)
                        .toList(),
                folder,
                shownName);
        ConfigFile configFile =
                new ConfigFile(
                        Json.readPythonsObject(folder.resolve("config.json"), shownConfig),
                        shownConfig);
        List<ModelFile> files = new ArrayList<>();
        files.add(
                new ModelFile("config.json", folder.resolve("config.json"), ModelFile.Kind.CONFIG));
        files.addAll(WeightFiles.of(folder, shownName));
        files.addAll(tokenizerFiles(folder));
        refusePointers(files.stream().map(ModelFile::name).toList(), folder, shownName);
        try (TensorFile file = WeightFiles.open(files, shownName)) {
            return opened(
                    new Source(folder, shownName, configFile), labels, files, new Weights(file));
        }
    }

    private static void requireFolder(Path folder, String shownName) {
        if (!Files.isDirectory(folder)) {
            throw new UserException(
                    shownName,
                    "There is no such folder (looked for " + folder.toAbsolutePath() + ").");
        }
    }

    /** All files at once that were left out when the folder was cloned. */
    private static void refusePointers(List<String> names, Path folder, String shownName) {
        Problems problems = new Problems();
        for (String name : names) {
            LfsPointer.in(folder.resolve(name))
                    .ifPresent(pointer -> problems.add(shownName + "/" + name, pointer.problem()));
        }
        problems.throwIfAny();
    }

    private static ModelFolder opened(
            Source source, int labels, List<ModelFile> files, Weights weights) {
        int classes = classes(source, labels, weights);
        GptConfig config = source.config.config(classes, source.padTokenId());
        ParameterTable table = ParameterTable.of(config);
        weights.check(table);
        List<String> notices = new ArrayList<>(weights.notices(table, config));
        notices.addAll(ConfigNotices.of(source.config, config));
        return new ModelFolder(source, config, weights.scoreRows().isPresent(), files, notices);
    }

    private static int classes(Source source, int labels, Weights weights) {
        Optional<Long> rows = weights.scoreRows();
        if (rows.isPresent() && (rows.get() < 1 || rows.get() > Limits.LABELS)) {
            throw new UserException(
                    source.shownName,
                    String.format(
                            "score.weight has %d classes, expected 1 to %d.",
                            rows.get(), Limits.LABELS));
        }
        int ofHead = rows.map(Long::intValue).orElse(0);
        if (ofHead > 0 && labels > 0 && ofHead != labels) {
            throw new UserException(
                    source.shownName,
                    String.format(
                            "score.weight has %d classes, but %d are asked for. Train on labels 0"
                                    + " to %d, or start from a model without a score head.",
                            ofHead, labels, ofHead - 1));
        }
        if (ofHead > 0) {
            return ofHead;
        }
        // A language model may name one class: whoever trains a classifier passes another number.
        return labels > 0 ? labels : Math.max(2, source.config.labels().orElse(2));
    }

    private static List<ModelFile> tokenizerFiles(Path folder) {
        List<ModelFile> files = new ArrayList<>();
        for (String name : TOKENIZER_FILES) {
            if (Files.isRegularFile(folder.resolve(name))) {
                files.add(new ModelFile(name, folder.resolve(name), ModelFile.Kind.TOKENIZER));
            }
        }
        return files;
    }

    /** The folder as the user wrote it. */
    public String shownName() {
        return source.shownName;
    }

    /** The classifier's configuration. */
    public GptConfig config() {
        return config;
    }

    /**
     * Whether HF's classifier takes several texts at a time: it must know what padding is, even if
     * no text ever has that token.
     */
    public boolean takesBatches() {
        return config.hasPadToken() || source.config.namesPadToken();
    }

    /** Whether the folder has a score head; else a new one is drawn when weights are loaded. */
    public boolean hasHead() {
        return hasHead;
    }

    /** Names of the classes by index: id2label of config.json, else HF's LABEL_0 and so on. */
    public List<String> labelNames() {
        Map<Integer, String> given = source.config.labelNames();
        List<String> names = new ArrayList<>();
        for (int label = 0; label < config.labels(); label++) {
            names.add(given.getOrDefault(label, "LABEL_" + label));
        }
        return List.copyOf(names);
    }

    /** Where every parameter lies; of {@link #config}. */
    public ParameterTable table() {
        return table;
    }

    /** What a run needs of the folder: config.json, weights, tokenizer files. */
    public List<ModelFile> files() {
        return files;
    }

    /** What the user should know of how the folder was read, in sentences. */
    public List<String> notices() {
        List<String> all = new ArrayList<>(notices);
        all.addAll(tokenizerNotices());
        return List.copyOf(all);
    }

    /** None of a tokenizer that cannot be read: {@link #requireTokenizer} says why. */
    private List<String> tokenizerNotices() {
        try {
            return Tokenizer.notices(source.folder, source.shownName);
        } catch (UserException unreadable) {
            return List.of();
        }
    }

    /**
     * Reads all weights once, in table order, and hands them on in ranges of at most 1 MiB; the
     * heap holds none of them.
     *
     * @param seed the recipe's: a new score head is drawn from it
     * @throws UserException if a file cannot be read
     */
    public void loadInto(ParameterSink sink, long seed) {
        try (TensorFile file = WeightFiles.open(files, source.shownName)) {
            Weights weights = new Weights(file);
            weights.check(table);
            weights.load(table, new NewHead(seed, config.initializerRange()), sink);
        }
    }

    /** The folder's tokenizer, for texts of at most so many tokens. */
    public Tokenizer tokenizer(int maxLength) {
        return Tokenizer.open(source.folder, source.shownName, maxLength);
    }

    /** model_max_length of the folder's tokenizer, if it is a real bound. */
    public OptionalInt tokenizerMaxLength() {
        return Tokenizer.modelMaxLength(source.folder, source.shownName);
    }

    /**
     * Checks that the folder has a tokenizer that can be read.
     *
     * @throws shoal.recipe.UserException naming what is missing or wrong
     */
    public void requireTokenizer() {
        Tokenizer.require(source.folder, source.shownName);
    }

    /** The folder's tokenizer as the text of a tokenizer.json, which HF reads too. */
    public String tokenizerJson() {
        return Tokenizer.json(source.folder, source.shownName);
    }

    /**
     * Texts of files, by name, that a copy of the tokenizer files needs besides so that HF gives it
     * the same ids.
     */
    public Map<String, String> tokenizerAdditions() {
        return Tokenizer.additions(source.folder, source.shownName);
    }

    /** config.json of a classifier trained from this folder, as HF would save it. */
    public String classifierConfigJson() {
        return ClassifierConfig.of(source.config, config);
    }

    /** Where the folder is and what its config.json says. */
    private record Source(Path folder, String shownName, ConfigFile config) {
        OptionalInt padTokenId() {
            return config.namesPadToken()
                    ? OptionalInt.empty()
                    : Tokenizer.padTokenId(folder, shownName);
        }
    }
}
