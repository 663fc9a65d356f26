package shoal.coordinator.core;

import java.time.Duration;
import shoal.recipe.Limits;

/** Bounds of the coordinator, each with its reason. */
public final class Bounds {
    /** How often time passes: a quarter of the shortest deadline's grain of 2 s. */
    public static final Duration TICK = Duration.ofMillis(500);

    /** How often a worker sends a heartbeat, and expects one (design section 5). */
    public static final Duration HEARTBEAT = Duration.ofMillis(500);

    /** Ten heartbeats: a pause of the garbage collector is shorter, a frozen machine is longer. */
    public static final Duration SILENCE = Duration.ofSeconds(5);

    /** How long a lost worker may take to dial again before its work is given up. */
    public static final Duration REDIAL = Duration.ofSeconds(15);

    /** The same after a restart of the coordinator, when all workers wait in their backoff. */
    public static final Duration REDIAL_AFTER_RESTART = Duration.ofSeconds(60);

    /** A step may take so many times the median before its worker counts as lost (design 5). */
    public static final int PROGRESS_STEPS = 5;

    /** And always this long: a machine that swaps or compiles for a minute is slow, not lost. */
    public static final Duration PROGRESS = Duration.ofMinutes(2);

    /** How long a step may take that nobody has a measure for; loading a run's files, too. */
    public static final Duration FIRST_STEP = Duration.ofHours(1);

    /** How long a run that could start lets others join: processes started together. */
    public static final Duration SETTLING = Duration.ofSeconds(5);

    /** How long a run waits for workers, unless its submission says: a reboot. */
    public static final Duration WORKER_WAIT = Duration.ofMinutes(10);

    /**
     * A run that lost its worker so often without a new checkpoint meets something that kills
     * workers. A long run on machines that come and go loses more, but gets on between.
     */
    public static final int RESTARTS = 3;

    /** Runs that have not ended: each waits for a person, who loses track long before. */
    public static final int LIVE_RUNS = 1_000;

    /** Runs ever accepted by one data folder: what a list and memory can hold. */
    public static final int RUNS = 10_000;

    /** Runs in one list, newest first. */
    public static final int LISTED_RUNS = 1_000;

    /**
     * Workers attached at a time: as many as the largest run can use, one for each rank. A
     * heartbeat each is one queued event per 500 ms.
     */
    public static final int WORKERS = Limits.RANKS;

    static {
        if (SILENCE.compareTo(HEARTBEAT.multipliedBy(4)) < 0 || TICK.compareTo(SILENCE) > 0) {
            throw new AssertionError("silence must outlast several heartbeats and be noticed");
        }
        if (PROGRESS.compareTo(SILENCE.plus(REDIAL)) < 0) {
            throw new AssertionError("a lost stream must be noticed before a lost step");
        }
        if (FIRST_STEP.compareTo(PROGRESS) < 0) {
            throw new AssertionError("who knows least must be the most patient");
        }
        if (REDIAL_AFTER_RESTART.compareTo(REDIAL) < 0) {
            throw new AssertionError("a restart of the coordinator must not cost workers time");
        }
    }

    private Bounds() {}
}
