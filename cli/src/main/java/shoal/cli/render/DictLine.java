package shoal.cli.render;

import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import shoal.model.json.PythonNumber;
import shoal.proto.v1.LogValue;

/**
 * A log row as HF Trainer prints it: {@code {'loss': 0.7026, 'grad_norm': 3.1, 'epoch': 0.03}}.
 *
 * <p>Follows transformers 4.57.6, trainer_callback.py, ProgressCallback.on_log: a Python dict
 * without total_flos, epoch rounded to two digits. The step is in log_history, not in the dict.
 */
final class DictLine {
    private static final Set<String> NOT_PRINTED = Set.of("step", "total_flos");

    private DictLine() {}

    static String of(List<LogValue> row) {
        StringJoiner line = new StringJoiner(", ", "{", "}");
        for (LogValue value : row) {
            if (!NOT_PRINTED.contains(value.getName())) {
                line.add("'" + value.getName() + "': " + number(value));
            }
        }
        return line.toString();
    }

    /** One value as Python writes it. */
    static String number(LogValue value) {
        double number = value.getNumber();
        if (value.getIsInteger()) {
            return Long.toString((long) number);
        }
        return PythonNumber.repr(
                value.getName().equals("epoch") ? PythonNumber.round(number, 2) : number);
    }
}
