package shoal.plan.log;

import java.util.stream.Collectors;

/**
 * A log row as HF prints it: a Python dict without "step" and "total_flos", the epoch rounded to
 * two decimals (transformers 4.57.6 trainer_callback.py, ProgressCallback.on_log).
 */
public final class ConsoleLine {
    private ConsoleLine() {}

    /** For example {@code {'loss': 0.7026, 'learning_rate': 1.11e-05, 'epoch': 0.03}}. */
    public static String of(LogRow row) {
        return row.values().stream()
                .filter(value -> !value.name().equals(RowNames.STEP))
                .filter(value -> !value.name().equals(RowNames.TOTAL_FLOS))
                .map(value -> "'" + value.name() + "': " + text(value))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String text(LogValue value) {
        if (value.isInteger()) {
            return Long.toString((long) value.number());
        }
        boolean isEpoch = value.name().equals(RowNames.EPOCH);
        return PythonNumbers.text(
                isEpoch ? PythonNumbers.round(value.number(), 2) : value.number());
    }
}
