package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The worker processes of one generation of a run. A member's index decides which leaves, rows and
 * blocks are its own.
 */
public record Crew(List<Member> members) {
    /**
     * One process.
     *
     * @param process the worker
     * @param facts what it said of itself when it joined
     */
    public record Member(WorkerProcess process, WorkerFacts facts) {
        public Member {
            requireNonNull(process, "process");
            requireNonNull(facts, "facts");
        }

        public WorkerName name() {
            return process.name();
        }
    }

    public Crew {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("a crew has at least one member");
        }
    }

    /** The place of this process among the members. */
    public OptionalInt index(WorkerProcess process) {
        return IntStream.range(0, members.size())
                .filter(index -> members.get(index).process().equals(process))
                .findFirst();
    }

    public Optional<Member> member(WorkerProcess process) {
        return members.stream().filter(member -> member.process().equals(process)).findFirst();
    }

    public int size() {
        return members.size();
    }

    /** Names of its workers, in crew order. */
    public List<String> names() {
        return members.stream().map(member -> member.name().text()).toList();
    }
}
