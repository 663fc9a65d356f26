package shoal.plan.log;

import static java.util.Objects.requireNonNull;

/**
 * One named figure of a log row.
 *
 * @param name HF's name: "loss", "eval_accuracy", ...
 * @param isInteger whether HF writes it without a decimal point
 */
public record LogValue(String name, double number, boolean isInteger) {
    public LogValue {
        requireNonNull(name, "name");
        if (isInteger && number != Math.rint(number)) {
            throw new IllegalArgumentException(name + " is " + number + ", expected an integer");
        }
    }

    public static LogValue number(String name, double number) {
        return new LogValue(name, number, false);
    }

    public static LogValue integer(String name, long number) {
        return new LogValue(name, number, true);
    }
}
