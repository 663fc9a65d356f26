package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.coordinator.TestReports;

/**
 * A worker as session.proto describes it: keeps its run over a broken stream, forgets it with its
 * process, and does what it is told once, however often it is told.
 */
final class SimulatedWorker {
    private final WorkerName name;
    private final Deque<Command> inbox = new ArrayDeque<>();
    private final Deque<WorkerReport> outbox = new ArrayDeque<>();
    private int incarnation = 1;
    private Optional<SessionId> session = Optional.empty();
    private Optional<Fence> fence = Optional.empty();
    private int index;
    private int crew = 1;
    private boolean loaded;
    private int applied;
    private int reduced;

    /** Factors by fence and step, over all lives: the same step is always applied the same way. */
    private final Map<Fence, Map<Integer, Commit>> appliedFactors = new HashMap<>();

    SimulatedWorker(String name) {
        this.name = new WorkerName(name);
    }

    WorkerName name() {
        return name;
    }

    /** The process that lives now. */
    WorkerProcess process() {
        return new WorkerProcess(name, "life-" + incarnation);
    }

    Optional<SessionId> session() {
        return session;
    }

    boolean hasCommand() {
        return !inbox.isEmpty();
    }

    boolean hasReport() {
        return session.isPresent() && !outbox.isEmpty();
    }

    WorkerReport peekReport() {
        return outbox.getFirst();
    }

    WorkerReport takeReport() {
        return outbox.removeFirst();
    }

    /** Dials, and says where it is. */
    Event.Attached dial(SessionId id) {
        session = Optional.of(id);
        inbox.clear();
        outbox.clear();
        if (loaded) {
            sayReady();
        }
        return new Event.Attached(
                id,
                process(),
                TestReports.facts(name.text(), "bits"),
                fence.map(one -> new HeldRun(one, new HeldRun.Position(applied, reduced))));
    }

    /** Its stream is gone, with everything on it. */
    void disconnect() {
        session = Optional.empty();
        inbox.clear();
        outbox.clear();
    }

    /** Another process takes its place. */
    void die() {
        disconnect();
        incarnation++;
        forget();
    }

    void receive(Command command) {
        inbox.addLast(command);
    }

    /** Does the next thing it was told. */
    void work() {
        Command command = inbox.removeFirst();
        boolean ours = fence.filter(command.fence()::equals).isPresent();
        if (command instanceof Command.StartRun start) {
            start(start);
        } else if (command instanceof Command.EndRun && ours) {
            forget();
            outbox.clear();
        } else if (ours && loaded) {
            about(command);
        }
    }

    private void start(Command.StartRun start) {
        if (fence.filter(start.fence()::equals).isPresent()) {
            return; // It is loaded, or being loaded.
        }
        forget();
        fence = Optional.of(start.fence());
        assertThat(start.crew().names().get(start.index())).isEqualTo(name.text());
        index = start.index();
        crew = start.crew().size();
        loaded = true;
        applied = start.step();
        assertThat(start.submission().artefacts())
                .isEqualTo(applied == 0 ? List.of() : Lab.checkpoint(applied));
        sayReady();
    }

    private void about(Command command) {
        if (command instanceof Command.OpenStep open) {
            open(open.step());
        } else if (command instanceof Command.MeasureStep measure) {
            measure(measure);
        } else if (command instanceof Command.CommitStep commit) {
            commit(commit);
        } else if (command instanceof Command.Evaluate evaluate) {
            assertThat(evaluate.step()).as("evaluation of %s", fence).isEqualTo(applied);
            evaluate(evaluate);
        } else if (command instanceof Command.UploadState upload) {
            assertThat(upload.step()).as("upload of %s", fence).isEqualTo(applied);
            outbox.addLast(new WorkerReport.Uploaded(fence.orElseThrow(), upload.step(), 1));
        }
    }

    private void open(int step) {
        if (step <= applied) {
            return;
        }
        assertThat(step).as("opened step of %s", fence).isEqualTo(applied + 1);
        reduced = step;
        outbox.addLast(
                new WorkerReport.Reduced(
                        fence.orElseThrow(), step, TestReports.part(step, index, crew)));
    }

    private void measure(Command.MeasureStep command) {
        if (command.step() <= applied) {
            return;
        }
        assertThat(reduced).as("gradient measured by %s", fence).isEqualTo(command.step());
        outbox.addLast(
                new WorkerReport.Measured(
                        fence.orElseThrow(),
                        reduced,
                        TestReports.squares(reduced, index, crew),
                        List.of(),
                        Optional.empty()));
    }

    /** In two messages, the last one marked. */
    private void evaluate(Command.Evaluate command) {
        int from = command.rows().from();
        int middle = from + command.rows().count() / 2;
        Fence speaksFor = fence.orElseThrow();
        if (middle > from) {
            outbox.addLast(Lab.evaluatedAt(speaksFor, command.step(), from, middle - from, false));
        }
        int rest = command.rows().to() - middle;
        outbox.addLast(Lab.evaluatedAt(speaksFor, command.step(), middle, rest, true));
    }

    private void commit(Command.CommitStep command) {
        Commit commit = command.commit();
        if (commit.step() > applied) {
            assertThat(commit.step()).as("committed step of %s", fence).isEqualTo(applied + 1);
            assertThat(reduced).as("gradient held by %s", fence).isEqualTo(commit.step());
            applied = commit.step();
        }
        Commit earlier =
                appliedFactors
                        .computeIfAbsent(fence.orElseThrow(), one -> new HashMap<>())
                        .putIfAbsent(commit.step(), commit);
        assertThat(earlier == null || earlier.equals(commit))
                .as("factors of step %s of %s", commit.step(), fence)
                .isTrue();
        if (command.opensNext()) {
            open(commit.step() + 1);
        }
    }

    private void sayReady() {
        outbox.addLast(
                new WorkerReport.Ready(
                        fence.orElseThrow(),
                        new HeldRun.Position(applied, reduced),
                        Lab.FACTS,
                        TestReports.deal(crew),
                        List.of()));
    }

    private void forget() {
        fence = Optional.empty();
        loaded = false;
        applied = 0;
        reduced = 0;
    }
}
