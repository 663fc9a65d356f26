package shoal.coordinator.driver;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.core.Decision;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.RunFaultException;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.State;

/**
 * The coordinator's one thread of decisions.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Events are applied one after the other, in the order in which they were submitted.
 *   <li>What was decided is durable before any of its effects is performed, and before {@link
 *       #state} shows it. Events that wait together share one durable write.
 *   <li>A run that an exception is of, in the core, in the journal or in an effect, is set aside;
 *       all others go on. An effect that is of no run concerns one session or call, and only that
 *       goes without it.
 *   <li>A failure of the core or the journal that is of no run ends the driver and is handed to
 *       {@link Crash}; nothing is applied after it.
 * </ul>
 *
 * <p>{@link #submit} may be called from any thread but the driver's own; it waits while the queue
 * is full. Effects are performed on the driver's thread and must not wait.
 */
public final class Driver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Driver.class);

    /** Events that wait: a second of a thousand workers' heartbeats, and room for reports. */
    private static final int QUEUED_EVENTS = 4_096;

    /** Events that share one durable write: bounds how long the first of them waits. */
    private static final int BATCH = 256;

    private final Journal journal;
    private final Effect.Handler effects;
    private final Clock clock;
    private final Crash crash;
    private final BlockingQueue<Event> queue = new ArrayBlockingQueue<>(QUEUED_EVENTS);
    private final Thread thread;
    private final AtomicInteger faults = new AtomicInteger();
    private volatile State state;
    private volatile boolean closed;

    /**
     * @param initial read back from the journal
     */
    public Driver(
            State initial, Journal journal, Effect.Handler effects, Clock clock, Crash crash) {
        this.journal = requireNonNull(journal, "journal");
        this.effects = requireNonNull(effects, "effects");
        this.clock = requireNonNull(clock, "clock");
        this.crash = requireNonNull(crash, "crash");
        this.state = initial.reopened(now());
        this.thread = new Thread(this::run, "coordinator");
    }

    public void start() {
        thread.start();
    }

    /** What is decided and durable. */
    public State state() {
        return state;
    }

    /** How often an exception was kept to the run, session or call that it is of. */
    public int faults() {
        return faults.get();
    }

    /** What an operator should know of this coordinator besides its state; empty: nothing. */
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        crash.earlier()
                .ifPresent(words -> remarks.add("the coordinator before this one ended: " + words));
        state.newestSetAside()
                .ifPresent(
                        newest ->
                                remarks.add(
                                        state.setAside()
                                                + " runs were set aside for a bug in Shoal, the"
                                                + " last one is "
                                                + newest
                                                + ": its record says more"));
        if (faults.get() > 0) {
            remarks.add(
                    faults.get()
                            + " times since its start a bug in Shoal was kept to the run or call"
                            + " that met it: its log says more");
        }
        return remarks;
    }

    /** Whether events are still applied. */
    public boolean isRunning() {
        return thread.isAlive() && !closed;
    }

    /**
     * Hands an event over; waits while too many wait. Has no effect after {@link #close}, or when
     * the caller is interrupted, which it then still is.
     */
    public void submit(Event event) {
        requireNonNull(event, "event");
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("the driver would wait for itself");
        }
        try {
            if (!closed) {
                queue.put(event);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Notes that time has passed, unless so much waits already that it will be noted anyway. */
    public boolean tick() {
        return queue.offer(new Event.Tick());
    }

    /** Applies nothing more. What waits in the queue is lost, as with kill -9. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            if (Thread.currentThread() != thread) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            List<Event> events = new ArrayList<>(BATCH);
            while (!closed) {
                events.add(queue.take());
                queue.drainTo(events, BATCH - 1);
                apply(events);
                events.clear();
            }
        } catch (InterruptedException e) {
            if (!closed) {
                crash.end(e);
            }
        } catch (Throwable e) { // whatever it is, nothing may be decided after it
            if (!closed) {
                LOG.error("the coordinator cannot go on", e);
                crash.end(e);
            }
        }
    }

    private void apply(List<Event> events) {
        Deliberation decided = decide(events);
        state = decided.state();
        faults.addAndGet(decided.faults());
        for (Decision.Reason reason : decided.reasons()) {
            LOG.info("{} {}", reason.words(), reason.about());
        }
        List<Event> broken = new ArrayList<>();
        for (Effect effect : decided.effects()) {
            perform(effect, broken);
        }
        if (!broken.isEmpty()) {
            apply(broken);
        }
    }

    /** Decides and stores. What the journal refuses of one run is decided again without it. */
    private Deliberation decide(List<Event> events) {
        Map<RunName, RunFaultException> refused = new TreeMap<>();
        while (true) {
            Deliberation deliberation = new Deliberation(state, now(), refused.values());
            events.forEach(deliberation::decide);
            try {
                if (!deliberation.entries().isEmpty()) {
                    journal.append(deliberation.entries());
                }
                return deliberation;
            } catch (RunFaultException fault) {
                if (refused.put(fault.run(), fault) != null) {
                    throw fault; // not even its end can be stored
                }
            }
        }
    }

    /** What throws here is the effect's alone. Its run, if it has one, goes to {@code broken}. */
    private void perform(Effect effect, List<Event> broken) {
        try {
            effect.accept(effects);
        } catch (RuntimeException | AssertionError | StackOverflowError bug) {
            if (closed) {
                return; // Who performs it may be closed, too.
            }
            faults.incrementAndGet();
            LOG.error("a bug of Shoal's in an effect run={}", effect.concerns(), bug);
            effect.concerns().ifPresent(run -> broken.add(Event.SetAside.of(run, bug)));
        }
    }

    /** As precise as it is stored. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
