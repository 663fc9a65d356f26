package shoal.worker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import shoal.model.GptConfig;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.dataset.DataSet;
import shoal.model.dataset.TextRow;
import shoal.model.dataset.TokenTable;
import shoal.model.tokenizer.Tokenizer;

/** Rows made with the project's bundled model. */
public final class Rows {
    private Rows() {}

    /** The bundled model's folder. */
    public static Path modelFolder() {
        return Path.of(System.getProperty("shoal.root"), "data", "model");
    }

    /** The bundled model's configuration. */
    public static GptConfig modelConfig() {
        return ModelFolder.open(modelFolder(), "model").config();
    }

    /** So many rows; row i has about i % 7 + 1 tokens and the label i % 2. */
    public static TokenTable table(int count) {
        List<TextRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new TextRow(i + 1, i % 2, "好".repeat(i % 7 + 1)));
        }
        try (Tokenizer tokenizer = Tokenizer.open(modelFolder(), 16)) {
            return TokenTable.of(new DataSet("rows.tsv", rows, 0), tokenizer, modelConfig());
        }
    }
}
