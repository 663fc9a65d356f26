package shoal.cli.predict;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.TrainingEngine;
import shoal.engine.djl.DjlEngine;
import shoal.model.GptConfig;
import shoal.model.StateKind;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.dataset.DataSet;
import shoal.model.dataset.TextRow;
import shoal.model.dataset.TokenTable;
import shoal.model.tokenizer.Tokenizer;
import shoal.recipe.Recipe;
import shoal.recipe.request.RecipeReader;
import shoal.recipe.request.RecipeSources;

/**
 * A model folder, loaded to classify.
 *
 * <p>Rows are computed in batches of {@link #BATCH_ROWS}; the same rows in the same order give the
 * same bits. Called from one thread.
 */
public final class Predictor implements AutoCloseable {
    /** Rows computed at a time, as HF evaluates by default with four devices' worth of 8. */
    public static final int BATCH_ROWS = 32;

    private final GptConfig config;
    private final Tokenizer tokenizer;
    private final TrainingEngine engine;

    private Predictor(GptConfig config, Tokenizer tokenizer, TrainingEngine engine) {
        this.config = config;
        this.tokenizer = tokenizer;
        this.engine = engine;
    }

    /**
     * Loads a folder.
     *
     * @param shownName the folder as the user wrote it
     * @param lanes compute threads
     * @throws shoal.recipe.UserException if it is no classifier's folder
     */
    public static Predictor open(Path folder, String shownName, int lanes) {
        ModelFolder model = ModelFolder.open(folder, shownName);
        GptConfig config = model.config();
        Recipe recipe = recipe(shownName);
        Tokenizer tokenizer = model.tokenizer(config.positions());
        TrainingEngine engine;
        try {
            engine = DjlEngine.open(config, recipe, lanes);
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
        Predictor predictor = new Predictor(config, tokenizer, engine);
        try {
            model.loadInto(
                    (parameter, offset, values) ->
                            engine.write(
                                    StateKind.PARAMETER,
                                    parameter.unit(),
                                    parameter.offsetElements() + offset,
                                    values),
                    recipe.order().seed());
            return predictor;
        } catch (RuntimeException | Error e) {
            predictor.close();
            throw e;
        }
    }

    /** HF's defaults: of a recipe, prediction reads nothing but the evaluation batch. */
    private static Recipe recipe(String model) {
        List<String> words =
                List.of(
                        "--train_file",
                        "none",
                        "--pretrained_model_name_or_path",
                        model,
                        "--output_dir",
                        "none",
                        "--per_device_eval_batch_size",
                        Integer.toString(BATCH_ROWS));
        return RecipeReader.read(
                        new RecipeSources(
                                words,
                                path -> {
                                    throw new NoSuchElementException(path);
                                }))
                .recipe();
    }

    /** Classifies rows, and hands each on in its order. */
    public void predict(String shownName, List<TextRow> rows, Consumer<Prediction> out) {
        if (rows.isEmpty()) {
            return;
        }
        TokenTable table = TokenTable.of(new DataSet(shownName, rows, 0), tokenizer, config);
        for (int from = 0; from < rows.size(); from += BATCH_ROWS) {
            int to = Math.min(rows.size(), from + BATCH_ROWS);
            List<RowInput> batch = new ArrayList<>();
            for (int row = from; row < to; row++) {
                // The loss is not looked at, so any class of the model will do as the label.
                batch.add(new RowInput(row, table.ids(row), 0, 1));
            }
            List<RowResult> results = engine.evaluate(batch);
            for (int row = from; row < to; row++) {
                RowResult result = results.get(row - from);
                out.accept(Prediction.of(rows.get(row), result.prediction(), result.logits()));
            }
        }
    }

    @Override
    public void close() {
        engine.close();
        tokenizer.close();
    }
}
