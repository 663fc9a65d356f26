package shoal.cli.render;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Locale;

/**
 * How far a run is, in one line, with the time that is left.
 *
 * @param step steps done
 * @param steps steps in all, at least 1
 * @param elapsed since the first step that this command saw begin
 * @param elapsedSteps steps done in that time
 */
record ProgressLine(int step, int steps, Duration elapsed, int elapsedSteps) {
    private static final int BAR_COLUMNS_AT_MOST = 40;

    ProgressLine {
        requireNonNull(elapsed, "elapsed");
    }

    /** As tqdm draws it: {@code 42%|#### | 126/300 [01:02<01:25, 2.03 steps/s]}. */
    String bar(int columns) {
        String before = String.format(Locale.ROOT, "%3d%%|", percent());
        String after =
                String.format(
                        Locale.ROOT,
                        "| %d/%d [%s<%s, %s]",
                        step,
                        steps,
                        clock(elapsed),
                        elapsedSteps == 0 ? "?" : clock(left()),
                        rate());
        int room = columns - 1 - before.length() - after.length();
        int width = Math.max(0, Math.min(BAR_COLUMNS_AT_MOST, room));
        int filled = (int) ((long) width * step / steps);
        String line = before + "#".repeat(filled) + " ".repeat(width - filled) + after;
        return line.length() < columns ? line : line.substring(0, columns - 1);
    }

    /** For a file or a pipe: {@code step 126/300 (42%), 2.03 steps/s, 01:25 left}. */
    String plain() {
        String line = "step " + step + "/" + steps + " (" + percent() + "%)";
        return elapsedSteps == 0 ? line : line + ", " + rate() + ", " + clock(left()) + " left";
    }

    private int percent() {
        return (int) (100L * step / steps);
    }

    private Duration left() {
        double secondsPerStep = seconds() / elapsedSteps;
        return Duration.ofSeconds(Math.round(secondsPerStep * (steps - step)));
    }

    /** Slow steps read better as seconds per step, as tqdm does below one per second. */
    private String rate() {
        double seconds = seconds();
        if (elapsedSteps == 0 || seconds <= 0) {
            return "? steps/s";
        }
        double rate = elapsedSteps / seconds;
        return rate >= 1
                ? String.format(Locale.ROOT, "%.2f steps/s", rate)
                : String.format(Locale.ROOT, "%.2f s/step", 1 / rate);
    }

    private double seconds() {
        return elapsed.toMillis() / 1e3;
    }

    /** {@code 01:25}, with hours where there are any. */
    static String clock(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 3600
                ? String.format(Locale.ROOT, "%02d:%02d", seconds / 60, seconds % 60)
                : String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        seconds / 3600,
                        seconds / 60 % 60,
                        seconds % 60);
    }
}
