package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.TestReports;
import shoal.recipe.Cadence;
import shoal.recipe.Recipe;
import shoal.recipe.SelectionRecipe;

/**
 * One life of a cluster, drawn from a seed: runs come, workers work, streams break, processes die,
 * messages come twice, the coordinator is killed between what it stores and what it does. Then the
 * trouble ends, and every run must end too.
 */
final class SimulatedLife {
    private static final int TROUBLED_ACTIONS = 400;
    private static final int QUIET_ACTIONS = 40_000;

    private final Random random;
    private final Lab lab = new Lab();
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private final Deque<Event> toSeal = new ArrayDeque<>();
    private final Deque<Event> looks = new ArrayDeque<>();
    private final List<String> story = new ArrayList<>();
    private final List<Answered> answered = new ArrayList<>();
    private long requests;
    private int sessions;
    private int submitted;

    /** A request that changed something, and what it was told. */
    private record Answered(Event request, Reply reply) {}

    SimulatedLife(long seed) {
        this.random = new Random(seed);
        int count = 1 + random.nextInt(5);
        for (int i = 1; i <= count; i++) {
            workers.add(new SimulatedWorker("w" + i));
        }
    }

    /** The last things that happened. */
    List<String> story() {
        return story.subList(Math.max(0, story.size() - 40), story.size());
    }

    Lab lab() {
        return lab;
    }

    void live() {
        for (int i = 0; i < TROUBLED_ACTIONS; i++) {
            troubled();
        }
        story.add("the trouble ends");
        for (int i = 0; i < QUIET_ACTIONS && lab.state().runs().size() > 0; i++) {
            quiet();
        }
        assertThat(lab.state().runs().asMap().keySet()).as("runs that never end").isEmpty();
        sumsDependOnNothingButTheStep();
        lab.restart();
    }

    private void sumsDependOnNothingButTheStep() {
        for (Entry entry : lab.entries()) {
            if (entry instanceof Entry.StepCommitted committed) {
                Commit commit = committed.commit();
                assertThat(commit.loss()).isEqualTo(TestReports.loss(commit.step()));
                assertThat(commit.norm()).isEqualTo(TestReports.norm(commit.step()));
                assertThat(commit.ratios()).isIn(List.of(), TestReports.ratios(commit.step()));
            }
        }
    }

    private void troubled() {
        switch (random.nextInt(40)) {
            case 0, 1 -> submit();
            case 2 -> breakStream(anyWorker(), true);
            case 3 -> breakStream(anyWorker(), false);
            case 4 -> die(anyWorker());
            case 5 -> killCoordinator();
            case 6 -> cancel();
            case 7 -> repeatReport(anyWorker());
            case 9 -> repeatRequest();
            case 8 -> {
                story.add("time passes");
                int ticks = 1 + random.nextInt(16);
                for (int i = 0; i < ticks; i++) {
                    apply(() -> lab.pass(Bounds.TICK));
                }
            }
            default -> quiet();
        }
    }

    private void quiet() {
        SimulatedWorker worker = anyWorker();
        switch (random.nextInt(8)) {
            case 0 -> tick();
            case 1, 2, 3 -> {
                if (worker.session().isEmpty()) {
                    dial(worker);
                } else if (worker.hasCommand()) {
                    story.add(worker.name() + " works");
                    worker.work();
                }
            }
            case 4, 5, 6 -> {
                if (worker.hasReport()) {
                    report(worker, worker.takeReport());
                }
            }
            default -> {
                look();
                seal();
            }
        }
    }

    private void submit() {
        submitted++;
        story.add("submit r" + submitted);
        int steps = 1 + random.nextInt(4);
        int least = 1 + random.nextInt(Math.min(4, workers.size()));
        int most = least + random.nextInt(5 - least);
        Demand demand = new Demand(least, most, Duration.ofMinutes(1));
        Recipe recipe =
                TestRecipes.saving(
                        TestRecipes.of(steps, 1 + random.nextInt(2), random.nextInt(3)),
                        saving(),
                        selection());
        boolean lamb = random.nextInt(3) == 0;
        Recipe trained = lamb ? TestRecipes.withLamb(recipe) : recipe;
        ask(
                new Event.Submitted(
                        new RequestId(++requests),
                        Lab.key(requests, requests),
                        random.nextBoolean()
                                ? Optional.empty()
                                : Optional.of(new RunName("r" + submitted)),
                        new Submission(trained, "{}", List.of(), demand)));
    }

    private void ask(Event request) {
        apply(() -> lab.apply(request));
        if (!(lab.reply() instanceof Reply.Refused)) {
            answered.add(new Answered(request, lab.reply()));
        }
    }

    /** Its answer was lost, perhaps with the coordinator that gave it. */
    private void repeatRequest() {
        if (!answered.isEmpty()) {
            Answered again = answered.get(random.nextInt(answered.size()));
            int before = lab.entries().size();
            story.add("sent again: " + again.reply());
            apply(() -> lab.apply(again.request()));
            assertThat(lab.reply()).isEqualTo(again.reply());
            assertThat(lab.entries().subList(before, lab.entries().size()))
                    .as("what a repetition changed")
                    .noneMatch(Entry.RunAccepted.class::isInstance)
                    .noneMatch(Entry.RequestAnswered.class::isInstance);
        }
    }

    private Cadence saving() {
        return switch (random.nextInt(4)) {
            case 0 -> Cadence.never();
            case 1 -> new Cadence(Cadence.Strategy.EPOCH, 0, false);
            case 2 -> new Cadence(Cadence.Strategy.BEST, 0, false);
            default -> TestRecipes.every(1 + random.nextInt(2));
        };
    }

    private SelectionRecipe selection() {
        return new SelectionRecipe(
                "loss", random.nextBoolean(), random.nextBoolean(), random.nextInt(3), 0, 1);
    }

    private void cancel() {
        List<RunName> live = List.copyOf(lab.state().runs().asMap().keySet());
        if (!live.isEmpty() && random.nextInt(3) == 0) {
            RunName name = live.get(random.nextInt(live.size()));
            story.add("cancel " + name);
            ask(
                    new Event.CancelRequested(
                            new RequestId(++requests),
                            Lab.key(requests, requests),
                            name,
                            "enough"));
        }
    }

    private void dial(SimulatedWorker worker) {
        SessionId id = new SessionId("s" + ++sessions);
        story.add(worker.name() + " dials " + id);
        Event.Attached attached = worker.dial(id);
        apply(() -> lab.apply(attached));
    }

    /** The coordinator hears of it at once, or only by silence. */
    private void breakStream(SimulatedWorker worker, boolean heard) {
        Optional<SessionId> session = worker.session();
        if (session.isPresent()) {
            story.add("the stream of " + worker.name() + " breaks, heard " + heard);
            worker.disconnect();
            if (heard) {
                apply(() -> lab.breakSession(session.get().text()));
            }
        }
    }

    private void die(SimulatedWorker worker) {
        if (random.nextInt(4) == 0) {
            breakStream(worker, random.nextBoolean());
            story.add(worker.name() + " dies");
            worker.die();
        }
    }

    /** What was decided is stored; what follows from the last decision may not have left. */
    private void killCoordinator() {
        story.add("the coordinator is killed");
        workers.forEach(SimulatedWorker::disconnect);
        toSeal.clear();
        looks.clear();
        lab.restart();
    }

    private void repeatReport(SimulatedWorker worker) {
        if (worker.hasReport()) {
            report(worker, worker.peekReport());
        }
    }

    private void report(SimulatedWorker worker, WorkerReport report) {
        story.add(worker.name() + " says " + report.getClass().getSimpleName());
        SessionId session = worker.session().orElseThrow();
        apply(() -> lab.report(session.text(), report));
    }

    /** The ways to some workers tell nothing. */
    private void look() {
        Event looked = looks.pollFirst();
        if (looked != null && random.nextInt(4) != 0) {
            story.add("somebody " + looked);
            apply(() -> lab.apply(looked));
        }
    }

    private Event looked(Effect.LookFor look) {
        boolean lives = workers.stream().anyMatch(one -> one.process().equals(look.process()));
        return new Event.Looked(look.process(), look.address(), lives);
    }

    private void seal() {
        Event sealed = toSeal.pollFirst();
        if (sealed != null) {
            story.add("the desk says " + sealed);
            apply(() -> lab.apply(sealed));
        }
    }

    private Event sealed(Effect.SealOutput seal) {
        return random.nextInt(20) == 0
                ? new Event.OutputFailed(seal.fence(), List.of("disk full"))
                : new Event.OutputSealed(seal.fence(), "/out", 1);
    }

    private Event sealed(Effect.SealCheckpoint seal) {
        int step = seal.ledger().step();
        return random.nextInt(40) == 0
                ? new Event.CheckpointFailed(seal.fence(), step, List.of("disk full"))
                : new Event.CheckpointSealed(
                        seal.fence(), step, "/out/checkpoint-" + step, Lab.checkpoint(step));
    }

    private void tick() {
        for (SimulatedWorker worker : workers) {
            worker.session()
                    .ifPresent(session -> apply(() -> lab.apply(new Event.Heartbeat(session))));
        }
        apply(() -> lab.pass(Bounds.TICK));
    }

    private void apply(Runnable event) {
        event.run();
        for (Effect effect : lab.effects()) {
            if (effect instanceof Effect.Tell tell) {
                on(tell.session()).ifPresent(worker -> worker.receive(tell.command()));
            } else if (effect instanceof Effect.CloseSession close) {
                on(close.session()).ifPresent(SimulatedWorker::disconnect);
            } else if (effect instanceof Effect.LookFor look) {
                looks.addLast(looked(look));
            } else if (effect instanceof Effect.SealOutput seal) {
                toSeal.addLast(sealed(seal));
            } else if (effect instanceof Effect.SealCheckpoint seal) {
                toSeal.addLast(sealed(seal));
            }
        }
    }

    private Optional<SimulatedWorker> on(SessionId session) {
        return workers.stream()
                .filter(worker -> worker.session().filter(session::equals).isPresent())
                .findFirst();
    }

    private SimulatedWorker anyWorker() {
        return workers.get(random.nextInt(workers.size()));
    }
}
