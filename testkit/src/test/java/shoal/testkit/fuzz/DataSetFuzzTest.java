package shoal.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.dataset.DataSet;
import shoal.recipe.Limits;

/** Any bytes as a TSV file. */
class DataSetFuzzTest {
    @TempDir private static Path folder;

    @FuzzTest
    void reads(byte[] input) {
        Path file = Reading.write(folder, "train.tsv", input);
        Reading.of(
                input,
                () -> {
                    DataSet rows = DataSet.read(file, "train.tsv");
                    assertThat(rows.largestLabel()).isBetween(0, Limits.LABELS);
                    rows.requireLabelsBelow(2, "--num_labels");
                });
    }
}
