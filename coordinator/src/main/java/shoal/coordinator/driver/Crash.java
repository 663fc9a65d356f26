package shoal.coordinator.driver;

/** What to do when the core has a bug or nothing can be stored any more. */
@FunctionalInterface
public interface Crash {
    /** Ends the process: whatever it decided next would be built on sand. */
    void end(Throwable cause);
}
