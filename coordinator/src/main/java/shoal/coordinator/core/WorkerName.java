package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/** A worker's name: chosen once and kept in its work folder, so that it outlives the process. */
public record WorkerName(String text) implements Comparable<WorkerName> {
    public WorkerName {
        requireNonNull(text, "text");
        if (!Names.isName(text)) {
            throw new IllegalArgumentException(Names.problem("worker name", text));
        }
    }

    @Override
    public int compareTo(WorkerName other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
