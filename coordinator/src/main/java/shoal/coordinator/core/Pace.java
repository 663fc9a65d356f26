package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.recipe.Require;

/**
 * How long steps of a generation take, as ticks see it: finer is not needed, since a deadline is
 * minutes. Forgotten when the process ends.
 *
 * @param fence whose steps
 * @param step that is computed; 0 while files are loaded
 * @param since when it was opened
 * @param firstPart when a member of the crew was the first to be done with it, if one is
 * @param recent what the last steps took, oldest first
 */
public record Pace(
        Fence fence, int step, Instant since, Optional<Instant> firstPart, List<Duration> recent) {
    /** Steps that a median is taken of: a slow phase of the machine is forgotten in as many. */
    private static final int REMEMBERED = 15;

    public Pace {
        requireNonNull(fence, "fence");
        Require.atLeast("step", step, 0);
        requireNonNull(since, "since");
        requireNonNull(firstPart, "firstPart");
        recent = List.copyOf(recent);
    }

    /** Of a generation whose files are loaded, or whose step is the first one seen. */
    static Pace begun(Fence fence, int step, Instant at) {
        return new Pace(fence, step, at, Optional.empty(), List.of());
    }

    /** Another step is open: those before it have taken the time since. */
    Pace reached(int next, Instant at) {
        Duration each = Duration.between(since, at).dividedBy(Math.max(1, next - step));
        List<Duration> longer = new ArrayList<>(recent);
        longer.add(each);
        int dropped = Math.max(0, longer.size() - REMEMBERED);
        return new Pace(fence, next, at, Optional.empty(), longer.subList(dropped, longer.size()));
    }

    /** The time until now was not the step's. */
    Pace excused(Instant at) {
        return new Pace(fence, step, at, Optional.empty(), recent);
    }

    /** Some member is done with this step. */
    Pace partCame(Instant at) {
        return firstPart.isPresent() ? this : new Pace(fence, step, since, Optional.of(at), recent);
    }

    /** The median of what steps took; empty before the first one of a generation. */
    Optional<Duration> median() {
        List<Duration> sorted = recent.stream().sorted().toList();
        return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get(sorted.size() / 2));
    }

    /** What a step takes as far as is known: the median, or what the first member needed. */
    Optional<Duration> measure() {
        return median().or(() -> firstPart.map(came -> Duration.between(since, came)));
    }

    /** How long this step may take. */
    Duration allowance() {
        return measure()
                .map(usual -> usual.multipliedBy(Bounds.PROGRESS_STEPS))
                .map(usual -> usual.compareTo(Bounds.PROGRESS) > 0 ? usual : Bounds.PROGRESS)
                .orElse(Bounds.FIRST_STEP);
    }
}
