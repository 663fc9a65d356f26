package shoal.recipe;

/**
 * DeepSpeed's csv_monitor: the learning rate that each step logs, as a table.
 *
 * @param csvFolder where the command puts the table, as the user wrote it; empty = there is none
 */
public record MonitorRecipe(String csvFolder) {
    /** The table's file, as DeepSpeed names it. */
    public static final String RATES_FILE = "Train_Samples_lr.csv";

    public MonitorRecipe {
        Require.path("csvFolder", csvFolder);
    }

    public static MonitorRecipe none() {
        return new MonitorRecipe("");
    }

    /** Whether the table is written. */
    public boolean writesCsv() {
        return !csvFolder.isEmpty();
    }
}
