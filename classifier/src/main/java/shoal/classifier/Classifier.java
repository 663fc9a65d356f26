package shoal.classifier;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import shoal.engine.InferenceEngine;
import shoal.engine.djl.DjlInference;
import shoal.model.GptConfig;
import shoal.model.checkpoint.HubCache;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.tokenizer.Tokenizer;
import shoal.recipe.UserException;

/**
 * A trained GPT-2 classifier, loaded from a folder as HF's {@code save_pretrained} or Shoal writes
 * it.
 *
 * <pre>{@code
 * try (Classifier classifier = Classifier.open(Path.of("output"))) {
 *     for (Prediction each : classifier.classify(List.of("房间很干净", "太吵了"))) {
 *         System.out.println(each.name() + " " + each.score());
 *     }
 * }
 * }</pre>
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>A text's probabilities depend on the model and the text, bit for bit: not on the texts
 *       beside it, on lanes or on other callers. They are HF's within 1e-5.
 *   <li>Memory outside the heap is one copy of the weights in fp32 and, for each lane, one text's
 *       activations. Of a long list, the token ids of {@value #WINDOW_TEXTS} texts are held at a
 *       time. {@link #close} frees all of it.
 *   <li>Nothing is downloaded and nothing in the folder is executed.
 * </ul>
 *
 * <p>Limits: fp32 on the CPU, Linux x86_64; models of at least two classes, one of which is right
 * for a text (no regression, no multi-label). A text beyond {@link #maxTokens} is cut there, as
 * HF's {@code truncation=True} does.
 *
 * <p>Methods may be called from any thread. Calls compute one after the other, each on all lanes.
 */
public final class Classifier implements AutoCloseable {
    /** Enough to keep every lane busy, few enough for memory. */
    private static final int WINDOW_TEXTS = 1_024;

    private final ModelFolder model;
    private final Tokenizer tokenizer;
    private final InferenceEngine engine;
    private final int maxTokens;
    private final List<String> names;

    /** Calls hold it for reading, {@link #close} for writing: it waits for them. */
    private final ReadWriteLock life = new ReentrantReadWriteLock();

    /** The engine takes one call at a time. */
    private final Object turn = new Object();

    private boolean closed;

    private Classifier(
            ModelFolder model, Tokenizer tokenizer, InferenceEngine engine, int maxTokens) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.engine = engine;
        this.maxTokens = maxTokens;
        this.names = model.labelNames();
    }

    /** Opens a folder with {@link ClassifierOptions#defaults}. */
    public static Classifier open(Path folder) {
        return open(folder, ClassifierOptions.defaults());
    }

    /** Opens a folder. */
    public static Classifier open(Path folder, ClassifierOptions options) {
        return open(folder, folder.toString(), options);
    }

    /**
     * Opens a model by a folder's path or by the name of a model in HF's cache, such as {@code
     * "owner/name"}.
     *
     * @throws UserException naming every place that was searched
     */
    public static Classifier open(String folderOrName, ClassifierOptions options) {
        HubCache cache =
                new HubCache(System.getenv(), Path.of(System.getProperty("user.home", ".")));
        Path folder = cache.find(folderOrName, Path.of(folderOrName), "model");
        return open(folder, folderOrName, options);
    }

    /**
     * Opens a folder.
     *
     * @param shownName the folder as messages name it
     * @throws UserException if it is no classifier's folder: what is wrong, and what to do
     */
    public static Classifier open(Path folder, String shownName, ClassifierOptions options) {
        requireNonNull(options, "options");
        ModelFolder model = ModelFolder.open(folder, shownName);
        if (!model.hasHead()) {
            throw new UserException(
                    shownName,
                    "has no score.weight, so it was never trained to classify. Train it first:"
                            + " ./shoal train --pretrained_model_name_or_path "
                            + shownName);
        }
        int maxTokens = maxTokens(model, options);
        Tokenizer tokenizer = model.tokenizer(maxTokens);
        try {
            return new Classifier(model, tokenizer, engine(model, options.lanes()), maxTokens);
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    private static int maxTokens(ModelFolder model, ClassifierOptions options) {
        int positions = model.config().positions();
        int asked = options.maxTokens().orElse(0);
        if (asked > positions) {
            throw new UserException(
                    model.shownName(),
                    String.format(
                            "config.json has n_positions %d, but texts of up to %d tokens are asked"
                                    + " for (--max_seq_length). Ask for at most %d.",
                            positions, asked, positions));
        }
        return asked > 0
                ? asked
                : Math.min(positions, model.tokenizerMaxLength().orElse(positions));
    }

    private static InferenceEngine engine(ModelFolder model, int lanes) {
        InferenceEngine engine = DjlInference.open(model.config(), lanes);
        try {
            model.loadInto(
                    (parameter, offset, values) ->
                            engine.write(
                                    parameter.unit(), parameter.offsetElements() + offset, values),
                    0); // the seed of a new head, which this folder does not need
            return engine;
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    /**
     * Classifies texts.
     *
     * @return a prediction for each text, in their order
     * @throws IllegalStateException after {@link #close}
     */
    public List<Prediction> classify(List<String> texts) {
        List<String> all = List.copyOf(texts);
        life.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException(
                        "the classifier of " + model.shownName() + " is closed");
            }
            List<Prediction> predictions = new ArrayList<>(all.size());
            for (int from = 0; from < all.size(); from += WINDOW_TEXTS) {
                window(all.subList(from, Math.min(all.size(), from + WINDOW_TEXTS)), predictions);
            }
            return List.copyOf(predictions);
        } finally {
            life.readLock().unlock();
        }
    }

    /** Classifies one text. */
    public Prediction classify(String text) {
        return classify(List.of(text)).get(0);
    }

    /** Names of the classes by index. */
    public List<String> labels() {
        return names;
    }

    /** Tokens of a text that are read. */
    public int maxTokens() {
        return maxTokens;
    }

    /** What the user should know of how the folder was read, in sentences. */
    public List<String> notices() {
        return model.notices();
    }

    /** Waits for calls that compute, then frees the memory. A second close does nothing. */
    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                engine.close();
                tokenizer.close();
            }
        } finally {
            life.writeLock().unlock();
        }
    }

    private void window(List<String> texts, List<Prediction> into) {
        List<int[]> rows = new ArrayList<>(texts.size());
        for (int[] ids : tokenizer.encodeAll(texts)) {
            rows.add(checked(ids));
        }
        List<float[]> logits;
        synchronized (turn) {
            logits = engine.logits(rows);
        }
        logits.forEach(each -> into.add(Prediction.of(each, names)));
    }

    /** A text without any token is read as padding: HF then takes position 0. */
    private int[] checked(int[] ids) {
        GptConfig config = model.config();
        for (int id : ids) {
            if (id >= config.vocabulary()) {
                throw new UserException(
                        model.shownName(),
                        String.format(
                                "the tokenizer gives the id %d, but vocab_size is %d: tokenizer"
                                        + " files and weights do not belong together.",
                                id, config.vocabulary()));
            }
        }
        return ids.length == 0 ? new int[] {config.emptyTextToken()} : ids;
    }
}
