package shoal.coordinator.driver;

import java.util.Optional;

/** What to do when what all runs share has a bug, or nothing can be stored any more. */
@FunctionalInterface
public interface Crash {
    /** When and why the coordinator before this one ended by itself, in words. */
    default Optional<String> earlier() {
        return Optional.empty();
    }

    /** Ends the process: whatever it decided next would be built on sand. */
    void end(Throwable cause);
}
