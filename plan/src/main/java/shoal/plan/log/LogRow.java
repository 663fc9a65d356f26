package shoal.plan.log;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One row of HF's log_history: names and numbers in HF's order, "epoch" and "step" last.
 *
 * @param values at least one
 */
public record LogRow(List<LogValue> values) {
    public LogRow {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a log row needs at least one value");
        }
    }

    /** The number of this name, if the row has it. */
    public OptionalDouble number(String name) {
        return values.stream()
                .filter(value -> value.name().equals(name))
                .mapToDouble(LogValue::number)
                .findFirst();
    }
}
