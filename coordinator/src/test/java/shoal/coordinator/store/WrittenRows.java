package shoal.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import shoal.coordinator.core.Entry;

/** Makes rows of entries, to nowhere. */
public final class WrittenRows {
    private WrittenRows() {}

    /** SQLite takes NaN for NULL, which only the loss of an evaluation may be. */
    public static void check(List<Entry> entries) {
        for (Entry entry : entries) {
            for (Write write : entry.accept(new EntryWriter())) {
                for (int i = 0; i < write.values().size(); i++) {
                    boolean lossOfEvaluation = write.sql().contains("INTO evaluation") && i == 4;
                    if (write.values().get(i) instanceof Double number && !lossOfEvaluation) {
                        assertThat(number).as("value %s of %s", i, write).isNotNaN();
                    }
                }
            }
        }
    }
}
