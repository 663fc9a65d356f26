package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** The worker processes of one generation of a run, and the ranks that each computes. */
public record Crew(List<Member> members) {
    /**
     * One process and its ranks.
     *
     * @param process the worker
     * @param ranks logical ranks, ascending
     */
    public record Member(WorkerProcess process, List<Integer> ranks) {
        public Member {
            requireNonNull(process, "process");
            ranks = List.copyOf(ranks);
        }
    }

    public Crew {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("a crew has at least one member");
        }
    }

    public Optional<Member> member(WorkerProcess process) {
        return members.stream().filter(member -> member.process().equals(process)).findFirst();
    }

    /** Names of its workers, in crew order. */
    public List<String> names() {
        return members.stream().map(member -> member.process().name().text()).toList();
    }
}
