package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must hold after every event of every life. */
final class Invariants {
    private final Map<Fence, Integer> committed = new HashMap<>();
    private final Map<RunName, Long> sequences = new HashMap<>();
    private final Set<String> rows = new HashSet<>();
    private final Map<Fence, Map<Integer, Commit>> factors = new HashMap<>();

    void check(State before, Decision decision) {
        for (Entry entry : decision.entries()) {
            if (entry instanceof Entry.RunLoaded loaded) {
                RunName name = loaded.fence().run();
                committed.put(loaded.fence(), before.run(name).recovery().step());
            } else if (entry instanceof Entry.StepCommitted step) {
                stepsAreCommittedOnceAndInOrder(step);
            } else if (entry instanceof Entry.EventLogged logged) {
                eventsAreNumberedWithoutGaps(logged);
                logRowsComeOnce(decision.state(), before, logged);
            } else if (entry instanceof Entry.GenerationStarted started) {
                olderRunsStartFirst(before, decision.state(), started);
            }
        }
        for (Effect effect : decision.effects()) {
            if (effect instanceof Effect.Tell tell
                    && tell.command() instanceof Command.CommitStep commit) {
                commitsAreStoredAndNeverChange(commit);
            }
        }
        aWorkerServesOneRun(decision.state());
    }

    /** The durable part of a live state is what its entries give. */
    static void requireSameMemory(State live, State read) {
        assertThat(read.ended()).isEqualTo(live.ended());
        assertThat(read.answered()).isEqualTo(live.answered());
        assertThat(read.nextPosition()).isEqualTo(live.nextPosition());
        assertThat(read.runs().asMap().keySet()).isEqualTo(live.runs().asMap().keySet());
        for (Run run : live.runs().values()) {
            Run other = read.run(run.name());
            assertThat(other.with(new Phase.Queued()).with(other.recovery().notSealing()))
                    .isEqualTo(reasonless(run, other));
            assertThat(other.phase().crew()).isEqualTo(run.phase().crew());
            if (isReceived(run, other)) {
                assertThat(other.phase().attempt().map(one -> one.ledger().saved()))
                        .isEqualTo(run.recovery().sealing());
            } else {
                Stage stage = run.stage() == Stage.SEALING ? Stage.UPLOADING : run.stage();
                assertThat(other.stage()).isEqualTo(stage);
                assertThat(other.phase().attempt()).isEqualTo(run.phase().attempt());
            }
        }
    }

    /** Whether a checkpoint has come of which nothing is stored: it is asked for again. */
    private static boolean isReceived(Run live, Run read) {
        return read.stage() == Stage.SAVING
                && live.recovery().sealing().isPresent()
                && live.recovery().sealingStep() == read.step();
    }

    private static Run reasonless(Run run, Run other) {
        return new Run(
                run.spec(),
                run.position(),
                run.submittedAt(),
                run.generation(),
                run.restarts(),
                run.nextSequence(),
                other.reason(),
                run.probe(),
                new Phase.Queued(),
                run.recovery().notSealing());
    }

    private void stepsAreCommittedOnceAndInOrder(Entry.StepCommitted step) {
        int expected = committed.getOrDefault(step.fence(), 0) + 1;
        assertThat(step.commit().step()).as("step of %s", step.fence()).isEqualTo(expected);
        committed.put(step.fence(), expected);
        factors.computeIfAbsent(step.fence(), fence -> new TreeMap<>())
                .put(expected, step.commit());
    }

    private void commitsAreStoredAndNeverChange(Command.CommitStep commit) {
        assertThat(commit.commit())
                .as("commit told for %s", commit.fence())
                .isEqualTo(
                        factors.getOrDefault(commit.fence(), Map.of()).get(commit.commit().step()));
    }

    private void eventsAreNumberedWithoutGaps(Entry.EventLogged logged) {
        long expected = sequences.getOrDefault(logged.name(), 0L) + 1;
        assertThat(logged.sequence()).as("event of %s", logged.name()).isEqualTo(expected);
        sequences.put(logged.name(), expected);
    }

    private void logRowsComeOnce(State after, State before, Entry.EventLogged logged) {
        if (logged.event() instanceof RunEvent.Logged row) {
            long generation =
                    after.runs()
                            .find(logged.name())
                            .or(() -> before.runs().find(logged.name()))
                            .orElseThrow()
                            .generation();
            String names = row.row().values().get(0).name();
            double step = row.row().number("step").orElseThrow();
            assertThat(rows.add(logged.name() + "/" + generation + " " + names + " " + step))
                    .as("%s at step %s of %s/%s", names, step, logged.name(), generation)
                    .isTrue();
        }
    }

    private static void olderRunsStartFirst(
            State before, State after, Entry.GenerationStarted started) {
        long position = after.run(started.fence().run()).position();
        assertThat(
                        after.runs().values().stream()
                                .filter(run -> run.stage() == Stage.QUEUED)
                                .filter(run -> before.runs().find(run.name()).isPresent())
                                .filter(run -> run.position() < position)
                                .map(Run::name))
                .as("runs that wait although they were submitted before %s", started.fence())
                .isEmpty();
    }

    private static void aWorkerServesOneRun(State state) {
        Set<WorkerProcess> busy = new HashSet<>();
        for (Run run : state.runs().values()) {
            for (Crew.Member member : run.phase().crew().map(Crew::members).orElse(List.of())) {
                assertThat(busy.add(member.process()))
                        .as("%s serves another run than %s", member, run.name())
                        .isTrue();
            }
        }
    }
}
