package shoal.coordinator.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.TestReports;
import shoal.recipe.Recipe;

/** A core with a clock that a test moves, and everything it decided. */
final class Lab {
    static final LoadFacts FACTS = new LoadFacts(8, 6, 2, 100);
    static final Instant START = Instant.ofEpochMilli(1_000_000);

    private final List<Entry> entries = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private final List<Lifecycle.Transition> transitions = new ArrayList<>();
    private final List<Decision.Reason> reasons = new ArrayList<>();
    private final Invariants invariants = new Invariants();
    private State state = State.empty();
    private Instant now = START;
    private long requests;

    State state() {
        return state;
    }

    List<Entry> entries() {
        return entries;
    }

    List<Lifecycle.Transition> transitions() {
        return transitions;
    }

    /** What the last event had for effect. */
    List<Effect> effects() {
        return effects;
    }

    List<String> words() {
        return reasons.stream().map(Decision.Reason::words).toList();
    }

    /** Applies one event and checks every invariant. */
    Lab apply(Event event) {
        Decision decision = Core.apply(state, now, event);
        invariants.check(state, decision);
        state = decision.state();
        entries.addAll(decision.entries());
        transitions.addAll(decision.transitions());
        reasons.addAll(decision.reasons());
        effects.clear();
        effects.addAll(decision.effects());
        return this;
    }

    /** Forgets everything that is not stored, as kill -9 does. */
    void restart() {
        State read = State.empty();
        for (Entry entry : entries) {
            read = Fold.fold(read, entry);
        }
        Invariants.requireSameMemory(state, read);
        state = read.reopened(now);
        effects.clear();
    }

    Lab pass(Duration time) {
        Instant until = now.plus(time);
        while (now.isBefore(until)) {
            now = now.plus(Bounds.TICK);
            apply(new Event.Tick());
        }
        return this;
    }

    /** One tick after which nothing was heard of the clock for so long. */
    Lab sleep(Duration time) {
        now = now.plus(time);
        return apply(new Event.Tick());
    }

    Lab submit(String name, Recipe recipe) {
        return submit(name, recipe, Demand.ONE);
    }

    Lab submit(String name, Recipe recipe, Demand demand) {
        return apply(
                new Event.Submitted(
                        new RequestId(++requests),
                        name.isEmpty() ? Optional.empty() : Optional.of(new RunName(name)),
                        new Submission(recipe, "{}", List.of(), demand)));
    }

    /** What the last event's request was told. */
    Reply reply() {
        return effects.stream()
                .filter(Effect.Answer.class::isInstance)
                .map(effect -> ((Effect.Answer) effect).reply())
                .findFirst()
                .orElseThrow();
    }

    /** The key of a request; the same number, the same request. */
    static Optional<RequestKey> key(long id, long content) {
        return Optional.of(
                new RequestKey(
                        String.format("%032x", id), new Hash(String.format("%064x", content))));
    }

    /** A run of two steps with a log row at each, and an evaluation at the second. */
    Lab submit(String name) {
        return submit(name, TestRecipes.of(2, 1, 2));
    }

    Lab cancel(String name) {
        return apply(
                new Event.CancelRequested(new RequestId(++requests), new RunName(name), "enough"));
    }

    Lab attach(String session, String worker, String incarnation, Optional<HeldRun> held) {
        return apply(
                new Event.Attached(
                        new SessionId(session),
                        new WorkerProcess(new WorkerName(worker), incarnation),
                        TestReports.facts(worker, "bits"),
                        held));
    }

    /** A fresh worker that gives other bits than most; its session has its name. */
    Lab attachOther(String worker, WorkerFacts facts) {
        return apply(
                new Event.Attached(
                        new SessionId(worker),
                        new WorkerProcess(new WorkerName(worker), "first"),
                        facts,
                        Optional.empty()));
    }

    /** Somebody looked for a worker's first process. */
    Lab looked(String worker, boolean listens) {
        WorkerProcess process = new WorkerProcess(new WorkerName(worker), "first");
        return apply(new Event.Looked(process, worker + ":1", listens));
    }

    /** A fresh worker; its session has its name. */
    Lab attach(String worker) {
        return attach(worker, worker, "first", Optional.empty());
    }

    /** The same process again, holding its run. */
    Lab redial(String session, String worker, int applied, int reduced) {
        Fence fence =
                state.runOf(new WorkerProcess(new WorkerName(worker), "first"))
                        .map(Run::fence)
                        .orElseGet(() -> new Fence(new RunName("gone"), 1));
        return attach(session, worker, "first", held(fence, applied, reduced));
    }

    static Optional<HeldRun> held(Fence fence, int applied, int reduced) {
        return Optional.of(new HeldRun(fence, new HeldRun.Position(applied, reduced)));
    }

    Lab breakSession(String session) {
        return apply(new Event.SessionEnded(new SessionId(session), "its stream broke"));
    }

    Lab ready(String session, String run, int applied, int reduced) {
        return report(
                session,
                new WorkerReport.Ready(
                        fence(run),
                        new HeldRun.Position(applied, reduced),
                        FACTS,
                        TestReports.deal(1),
                        List.of("1 line was skipped")));
    }

    Lab reduced(String session, String run, int step) {
        return report(session, reducedAt(fence(run), step));
    }

    static WorkerReport.Reduced reducedAt(Fence fence, int step) {
        return TestReports.reduced(fence, step, 1.0 / step, 4.0 / (step * step));
    }

    /** One member's part of a step. */
    Lab part(String session, String run, int step, int index, int workers) {
        return report(
                session,
                new WorkerReport.Reduced(fence(run), step, TestReports.part(step, index, workers)));
    }

    /** Rows of the evaluation, every label 1, predicted right except the last. */
    Lab evaluated(String session, String run, int step, int first, int count) {
        return report(session, evaluatedAt(fence(run), step, first, count));
    }

    static WorkerReport.Evaluated evaluatedAt(Fence fence, int step, int first, int count) {
        boolean last = first + count == FACTS.evaluationRows();
        return evaluatedAt(fence, step, first, count, last);
    }

    static WorkerReport.Evaluated evaluatedAt(
            Fence fence, int step, int first, int count, boolean last) {
        float[] losses = new float[count];
        int[] predictions = new int[count];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            losses[i] = first + i;
            labels[i] = 1;
            predictions[i] = first + i == FACTS.evaluationRows() - 1 ? 0 : 1;
        }
        return new WorkerReport.Evaluated(
                fence,
                step,
                new EvaluationPart(first, losses, predictions, labels),
                last ? Optional.of(0.5) : Optional.empty());
    }

    Lab uploaded(String session, String run, int step) {
        return report(session, new WorkerReport.Uploaded(fence(run), step, 99));
    }

    Lab trouble(String session, String run, boolean userError) {
        return report(
                session,
                new WorkerReport.Trouble(
                        fence(run), userError, OptionalInt.empty(), List.of("no space")));
    }

    Lab sealed(String run) {
        return apply(new Event.OutputSealed(fence(run), "/out/" + run, 77));
    }

    /** The checkpoint of a step is sealed. */
    Lab saved(String run, int step) {
        return apply(
                new Event.CheckpointSealed(
                        fence(run), step, "/out/checkpoint-" + step, checkpoint(step)));
    }

    static List<ArtefactReference> checkpoint(int step) {
        return List.of(
                new ArtefactReference(
                        ArtefactReference.Role.CHECKPOINT_FILE,
                        "model.safetensors",
                        new Hash(String.format("%064x", step)),
                        100));
    }

    Lab saveFails(String run, int step) {
        return apply(new Event.CheckpointFailed(fence(run), step, List.of("out: disk full")));
    }

    Lab sealFails(String run) {
        return apply(new Event.OutputFailed(fence(run), List.of("disk full")));
    }

    /** The run meets a bug of ours. */
    Lab setAside(String run) {
        return apply(Event.SetAside.of(new RunName(run), new IllegalStateException("a bug")));
    }

    Lab report(String session, WorkerReport report) {
        return apply(new Event.Reported(new SessionId(session), report));
    }

    /** A run in STARTING on w1. */
    Lab starting(String run) {
        return attach("w1").submit(run);
    }

    /** A run in STEPPING on w1, before its first step. */
    Lab stepping(String run) {
        return starting(run).ready("w1", run, 0, 0);
    }

    /** A run in EVALUATING on w1, at its last step. */
    Lab evaluating(String run) {
        return stepping(run).reduced("w1", run, 1).reduced("w1", run, 2);
    }

    /** A run in UPLOADING on w1. */
    Lab uploading(String run) {
        return evaluating(run).evaluated("w1", run, 2, 0, 4).evaluated("w1", run, 2, 4, 2);
    }

    /** A run in SEALING on w1. */
    Lab sealing(String run) {
        return uploading(run).uploaded("w1", run, 2);
    }

    /** A run of two steps with a checkpoint after each, in SAVING on w1, at its first step. */
    Lab saving(String run) {
        return attach("w1")
                .submit(run, TestRecipes.saving(2, 1, 0, 1))
                .ready("w1", run, 0, 0)
                .reduced("w1", run, 1);
    }

    /** What current messages of a live run speak for. */
    Fence fence(String run) {
        return state.run(new RunName(run)).fence();
    }

    Crew crew(String run) {
        return state.run(new RunName(run)).phase().crew().orElseThrow();
    }

    Stage stage(String run) {
        RunName name = new RunName(run);
        return state.runs()
                .find(name)
                .map(Run::stage)
                .orElseGet(
                        () ->
                                Stage.valueOf(
                                        state.ended().find(name).orElseThrow().status().name()));
    }

    /** Events of a run, in order. */
    List<RunEvent> events(String run) {
        List<RunEvent> found = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry instanceof Entry.EventLogged logged && logged.name().text().equals(run)) {
                found.add(logged.event());
            }
        }
        return found;
    }

    /** What workers were told by the last event. */
    List<Command> told() {
        List<Command> commands = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Tell tell) {
                commands.add(tell.command());
            }
        }
        return commands;
    }

    /** Kinds of the last event's effects, without repetition. */
    Set<String> effectKinds() {
        Set<String> kinds = new TreeSet<>();
        effects.forEach(effect -> kinds.add(effect.getClass().getSimpleName()));
        return kinds;
    }
}
