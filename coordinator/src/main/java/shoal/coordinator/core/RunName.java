package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/** A run's name, unique at its coordinator. */
public record RunName(String text) implements Comparable<RunName> {
    public RunName {
        requireNonNull(text, "text");
        if (!Names.isName(text)) {
            throw new IllegalArgumentException(Names.problem("run name", text));
        }
    }

    @Override
    public int compareTo(RunName other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
