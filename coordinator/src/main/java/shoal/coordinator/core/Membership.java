package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Sessions and workers: who is here, who is lost, who is given up.
 *
 * <p>A worker whose stream breaks keeps its run until a deadline; the same process may dial again
 * and goes on. After the deadline, or when another process of the same name comes, what it held is
 * gone. So it is at once when it refuses connections where it took them before: a process listens
 * as long as it lives.
 */
final class Membership {
    /** Ticks that may be missing before the coordinator must have slept itself. */
    private static final int MISSING_TICKS = 4;

    private final Draft draft;

    Membership(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    void attached(Event.Attached event) {
        WorkerName name = event.process().name();
        Optional<Worker> known = draft.state().workers().find(name);
        Optional<Effect.CloseSession> refusal =
                taken(event, known).or(() -> unlike(event.session(), name, event.facts()));
        if (refusal.isPresent()) {
            draft.because(name, refusal.get().reason());
            draft.effect(refusal.get());
            return;
        }
        known.ifPresent(earlier -> replaced(earlier, event));
        Worker worker =
                new Worker(
                        event.process(),
                        new Worker.Attached(
                                event.session(), event.facts(), draft.at(), Optional.empty()));
        draft.put(worker);
        draft.effect(new Effect.Admit(event.session()));
        event.facts()
                .peer()
                .ifPresent(
                        peer -> draft.effect(new Effect.LookFor(event.process(), peer.address())));
        draft.because(
                name,
                "attached from process "
                        + event.facts().processId()
                        + " on "
                        + event.facts().host());
        resume(worker, event.session(), event.held());
    }

    void sessionEnded(Event.SessionEnded event) {
        draft.state().workerOn(event.session()).ifPresent(worker -> lose(worker, event.reason()));
    }

    void heartbeat(SessionId session) {
        Optional<Worker> worker = draft.state().workerOn(session);
        worker.ifPresent(found -> draft.put(heard(found)));
        if (worker.isEmpty()) {
            draft.drop(DropReason.ENDED_SESSION);
        }
    }

    void looked(Event.Looked event) {
        Optional<Worker> worker =
                draft.state()
                        .workers()
                        .find(event.process().name())
                        .filter(found -> found.process().equals(event.process()));
        if (event.listens()) {
            worker.ifPresent(found -> draft.put(found.listeningAt(event.address())));
            return;
        }
        worker.filter(found -> found.link().deadline().isPresent())
                .filter(found -> found.listensAt().equals(Optional.of(event.address())))
                .ifPresent(
                        gone ->
                                giveUp(
                                        gone,
                                        "worker "
                                                + gone.name()
                                                + " has ended: its stream broke, and nothing"
                                                + " listens at "
                                                + event.address()
                                                + " any more"));
    }

    void tick() {
        boolean slept = draft.state().lastTick().filter(this::isLongAgo).isPresent();
        draft.ticked();
        for (Worker worker : List.copyOf(draft.state().workers().values())) {
            if (slept) {
                draft.put(excused(worker));
            } else {
                watch(worker);
            }
        }
        for (Run run : List.copyOf(draft.state().runs().values())) {
            RunFaultException.blame(run.name(), () -> orphan(run));
        }
        for (Run run : List.copyOf(draft.state().runs().values())) {
            RunFaultException.blame(run.name(), () -> new Progress(draft).watch(run, slept));
        }
    }

    /** A run that waits for a process which nobody waits for any more. */
    private void orphan(Run run) {
        List<Crew.Member> members = run.phase().crew().map(Crew::members).orElse(List.of());
        if (run.needsItsWorkers()
                && members.stream().anyMatch(one -> !draft.state().knows(one.process()))) {
            new Restarts(draft)
                    .restart(
                            run,
                            "a worker of the run is another process now; what it held is gone");
        }
    }

    private static Optional<Effect.CloseSession> taken(
            Event.Attached event, Optional<Worker> known) {
        Optional<Worker.Attached> other =
                known.filter(worker -> !worker.process().equals(event.process()))
                        .flatMap(worker -> worker.link().attached());
        return other.map(
                link ->
                        new Effect.CloseSession(
                                event.session(),
                                Effect.CloseSession.Why.REFUSED,
                                "worker "
                                        + event.process().name()
                                        + " is attached from process "
                                        + link.facts().processId()
                                        + " on "
                                        + link.facts().host()
                                        + ". Give this one another --work-dir, or stop that"
                                        + " process"));
    }

    /** All who are here give the same bits, so that any of them is compared with. */
    private Optional<Effect.CloseSession> unlike(
            SessionId session, WorkerName name, WorkerFacts facts) {
        Optional<Worker> here =
                draft.state().workers().values().stream()
                        .filter(worker -> !worker.name().equals(name))
                        .filter(worker -> worker.session().isPresent())
                        .findFirst();
        return here.flatMap(
                worker -> {
                    WorkerFacts others = Recruitment.facts(worker);
                    return facts.probe()
                            .difference(others.probe())
                            .map(
                                    operators ->
                                            new Effect.CloseSession(
                                                    session,
                                                    Effect.CloseSession.Why.UNFIT,
                                                    unlike(facts, operators, worker, others)));
                });
    }

    private static String unlike(
            WorkerFacts facts, String operators, Worker here, WorkerFacts others) {
        return "on "
                + facts.host()
                + " the operator probe gives other bits than on "
                + others.host()
                + " (worker "
                + here.name()
                + ", which is here already): the first that differs is \""
                + operators
                + "\". A run's workers need the same kind of CPU and the same native libraries. Use"
                + " a machine of that kind; or start all workers with ONEDNN_MAX_CPU_ISA and"
                + " ATEN_CPU_CAPABILITY set to what every CPU has; or give this machine a"
                + " coordinator of its own";
    }

    /** A worker of this name is known: the same process on another stream, or its predecessor. */
    private void replaced(Worker earlier, Event.Attached event) {
        if (earlier.process().equals(event.process())) {
            earlier.session()
                    .ifPresent(
                            session ->
                                    draft.effect(
                                            new Effect.CloseSession(
                                                    session,
                                                    Effect.CloseSession.Why.LOST,
                                                    "this worker opened another session")));
        } else {
            giveUp(
                    earlier,
                    "worker "
                            + earlier.name()
                            + " came back as another process; what it held is gone");
        }
    }

    /** Continues what the worker did before its stream broke, or ends it. */
    private void resume(Worker worker, SessionId session, Optional<HeldRun> held) {
        Optional<Run> run = draft.state().runOf(worker.process());
        boolean matches =
                run.isPresent()
                        && held.filter(one -> one.fence().equals(run.get().fence())).isPresent();
        if (held.isPresent() && !matches) {
            draft.effect(
                    new Effect.Tell(
                            session,
                            new Command.EndRun(
                                    held.get().fence(), "it is over, or goes on elsewhere")));
        }
        if (run.isEmpty() || matches || !run.get().needsItsWorkers()) {
            return;
        }
        if (run.get().stage() == Stage.STARTING) {
            RunFaultException.blame(run.get().name(), () -> startAgain(run.get(), worker));
        } else {
            new Restarts(draft)
                    .restart(run.get(), "worker " + worker.name() + " no longer holds the run");
        }
    }

    private void startAgain(Run run, Worker worker) {
        Crew crew = run.phase().crew().orElseThrow();
        new Orders(draft).start(run, crew.index(worker.process()).orElseThrow());
    }

    private void watch(Worker worker) {
        Optional<Worker.Attached> link = worker.link().attached();
        Duration silence =
                link.map(open -> Duration.between(open.heardAt(), draft.at()))
                        .orElse(Duration.ZERO);
        if (link.isPresent() && silence.compareTo(Bounds.SILENCE) > 0) {
            String reason = "not heard of for " + silence.toMillis() + " ms";
            draft.effect(
                    new Effect.CloseSession(
                            link.get().session(), Effect.CloseSession.Why.LOST, reason));
            lose(worker, reason);
        }
        if (worker.link().deadline().filter(until -> !draft.at().isBefore(until)).isPresent()) {
            giveUp(worker, "worker " + worker.name() + " was lost and did not come back in time");
        } else if (link.isEmpty()) {
            lookFor(worker);
        }
    }

    private void lookFor(Worker worker) {
        worker.listensAt().ifPresent(at -> draft.effect(new Effect.LookFor(worker.process(), at)));
    }

    private void lose(Worker worker, String reason) {
        Optional<Run> run = draft.state().runOf(worker.process()).filter(Run::needsItsWorkers);
        if (run.isEmpty()) {
            draft.because(worker.name(), "left: " + reason);
            draft.remove(worker.name());
            return;
        }
        draft.because(
                worker.name(),
                "lost: "
                        + reason
                        + "; run "
                        + run.get().name()
                        + " waits "
                        + Bounds.REDIAL.toSeconds()
                        + " s for it");
        draft.put(worker.with(new Worker.Lost(draft.at().plus(Bounds.REDIAL))));
        lookFor(worker);
    }

    private void giveUp(Worker worker, String reason) {
        Optional<Run> run = draft.state().runOf(worker.process()).filter(Run::needsItsWorkers);
        draft.because(worker.name(), reason);
        draft.remove(worker.name());
        run.ifPresent(lost -> new Restarts(draft).restart(lost, reason));
    }

    private Worker heard(Worker worker) {
        return worker.link()
                .attached()
                .map(link -> worker.with(link.heard(draft.at())))
                .orElse(worker);
    }

    /** The coordinator itself slept: nobody was silent, nobody could dial. */
    private Worker excused(Worker worker) {
        return worker.link()
                .attached()
                .map(link -> worker.with(link.heard(draft.at())))
                .orElseGet(() -> worker.with(new Worker.Lost(draft.at().plus(Bounds.REDIAL))));
    }

    private boolean isLongAgo(Instant tick) {
        Duration passed = Duration.between(tick, draft.at());
        return passed.isNegative() || passed.compareTo(Bounds.TICK.multipliedBy(MISSING_TICKS)) > 0;
    }
}
