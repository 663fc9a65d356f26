package shoal.cli.render;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a run is: on a terminal a bar on the last line, elsewhere a line now and then.
 *
 * <p>Writes to the console's err only. Not for concurrent use.
 */
public final class ProgressBar {
    /** A terminal is redrawn at most this often: more is not seen and costs. */
    private static final Duration BETWEEN_DRAWS = Duration.ofMillis(100);

    /** A log file gets a line at most this often. */
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Console console;
    private final InstantSource clock;
    private int firstStep;
    private @Nullable Instant firstInstant;
    private @Nullable Instant lastShown;
    private boolean lastStepShown;
    private String onScreen = "";

    /** A bar that shows nothing yet. */
    public ProgressBar(Console console, InstantSource clock) {
        this.console = console;
        this.clock = clock;
    }

    /** Training is at this step of so many; zero steps show nothing. */
    void steps(int step, int steps) {
        if (steps < 1) {
            return;
        }
        Instant now = clock.instant();
        if (firstInstant == null || step < firstStep) {
            firstInstant = now;
            firstStep = step;
        }
        boolean last = step == steps;
        if (last ? lastStepShown : !due(now)) {
            return;
        }
        lastStepShown = last;
        Duration elapsed = Duration.between(firstInstant, now);
        ProgressLine line = new ProgressLine(step, steps, elapsed, step - firstStep);
        if (console.columns().isPresent()) {
            draw(line.bar(console.columns().getAsInt()), now);
        } else {
            line(line.plain(), now);
        }
    }

    /** Something else goes on: an evaluation, an upload. */
    public void other(String what) {
        Instant now = clock.instant();
        if (!due(now)) {
            return;
        }
        if (console.columns().isPresent()) {
            int room = console.columns().getAsInt() - 1;
            draw(what.length() <= room ? what : what.substring(0, room), now);
        } else {
            line(what, now);
        }
    }

    /** Takes the bar away while the action prints a line. */
    void around(Runnable print) {
        String drawn = onScreen;
        clear();
        print.run();
        if (!drawn.isEmpty()) {
            console.err().print(drawn);
            console.err().flush();
            onScreen = drawn;
        }
    }

    /** Takes the bar away. */
    public void clear() {
        if (!onScreen.isEmpty()) {
            console.err().print(CLEAR_LINE);
            console.err().flush();
            onScreen = "";
        }
    }

    private boolean due(Instant now) {
        Duration pause = console.columns().isPresent() ? BETWEEN_DRAWS : BETWEEN_LINES;
        return lastShown == null || Duration.between(lastShown, now).compareTo(pause) >= 0;
    }

    private void draw(String text, Instant now) {
        console.err().print(CLEAR_LINE + text);
        console.err().flush();
        onScreen = text;
        lastShown = now;
    }

    private void line(String text, Instant now) {
        console.err().println(text);
        lastShown = now;
    }
}
