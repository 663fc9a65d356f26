package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/** One stream between a worker and the coordinator; never used again after it ended. */
public record SessionId(String text) {
    public SessionId {
        requireNonNull(text, "text");
    }

    @Override
    public String toString() {
        return text;
    }
}
