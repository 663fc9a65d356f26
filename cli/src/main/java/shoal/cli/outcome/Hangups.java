package shoal.cli.outcome;

import static java.util.Objects.requireNonNull;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** SIGHUP, by which an operator tells a service to read its files again. */
public final class Hangups {
    private static final Logger LOG = LoggerFactory.getLogger(Hangups.class);

    private Hangups() {}

    /**
     * Runs an action at each hang-up from now on, in place of the process's end; on a thread of the
     * JVM's. The JDK offers no other way than {@link Signal}, which jdk.unsupported keeps.
     */
    public static void onEach(Runnable action) {
        requireNonNull(action, "action");
        try {
            Signal.handle(new Signal("HUP"), signal -> action.run());
        } catch (IllegalArgumentException taken) {
            LOG.warn("SIGHUP is not taken, as the JVM was told (-Xrs): {}", taken.getMessage());
        }
    }
}
