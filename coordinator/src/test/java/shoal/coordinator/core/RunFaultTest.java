package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import shoal.coordinator.driver.Driver;

/** What is thrown while one run is handled ends that run, and nothing else. */
final class RunFaultTest {
    private static final RunName BAD = new RunName("bad");
    private static final RunName GOOD = new RunName("good");
    private static final long WAIT_SECONDS = 20;

    private final BlockingQueue<List<Entry>> stored = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> performed = new LinkedBlockingQueue<>();
    private final CompletableFuture<Throwable> crash = new CompletableFuture<>();

    @Test
    void a_tick_says_which_of_many_runs_it_broke_at() {
        State state = waiting(Instant.MAX);

        assertThatThrownBy(() -> Core.apply(state, Lab.START, new Event.Tick()))
                .isInstanceOfSatisfying(
                        RunFaultException.class, fault -> assertThat(fault.run()).isEqualTo(BAD));
    }

    @Test
    void a_run_that_breaks_a_tick_is_set_aside_and_others_go_on() throws InterruptedException {
        try (Driver driver = started(waiting(Instant.MAX))) {
            driver.submit(new Event.Tick());

            List<Entry> entries = stored.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            driver.submit(attached("w1"));
            assertThat(performed.poll(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("publish");
            assertThat(performed.poll(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("admit");

            Entry.EndedRun end = driver.state().ended().find(BAD).orElseThrow();
            assertThat(end.status()).isEqualTo(RunStatus.FAILED);
            assertThat(end.reason()).isEqualTo("a bug in Shoal; the run is set aside");
            assertThat(changes(entries)).hasSize(1);
            assertThat(changes(entries).get(0).problems().get(0))
                    .startsWith("java.time.DateTimeException");
            assertThat(changes(entries).get(0).problems()).hasSizeBetween(3, 30);
            assertThat(driver.state().runs().find(GOOD).orElseThrow().stage())
                    .isEqualTo(Stage.STARTING);
            assertThat(driver.faults()).isEqualTo(1);
            assertThat(driver.remarks())
                    .contains(
                            "1 runs were set aside for a bug in Shoal, the last one is bad: its"
                                    + " record says more");
            assertThat(driver.isRunning()).isTrue();
            assertThat(crash).isNotDone();
        }
    }

    @Test
    void a_run_that_cannot_even_be_set_aside_ends_all_the_same() throws InterruptedException {
        State state = waiting(Instant.MAX);
        Run bad = state.run(BAD);
        try (Driver driver = started(state.with(with(bad, bad.phase(), Long.MAX_VALUE)))) {
            driver.submit(new Event.Tick());
            List<Entry> entries = stored.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(performed.poll(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("publish");

            assertThat(entries).hasSize(2);
            assertThat(changes(entries).get(0).reason())
                    .isEqualTo("a bug in Shoal; the run is set aside");
            assertThat(driver.state().runs().asMap()).containsOnlyKeys(GOOD);
            assertThat(driver.state().ended().find(BAD)).isPresent();
            assertThat(crash).isNotDone();
        }
    }

    @Test
    void a_bug_told_by_another_thread_frees_the_workers_of_its_run() {
        Lab lab = new Lab().uploading("r");

        lab.apply(Event.SetAside.of(new RunName("r"), new IllegalStateException("thrown there")));

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(lab.effectKinds()).contains("DropOutput", "Tell");
        assertThat(lab.told()).hasSize(1);
        assertThat(lab.events("r").get(lab.events("r").size() - 1))
                .isInstanceOfSatisfying(
                        RunEvent.StatusChanged.class,
                        change ->
                                assertThat(change.problems().get(0))
                                        .isEqualTo(
                                                "java.lang.IllegalStateException: thrown there"));
        lab.apply(Event.SetAside.of(new RunName("r"), new IllegalStateException("and again")));
        assertThat(lab.effects()).isEmpty();
        lab.restart();
    }

    @Test
    void a_trace_is_bounded_however_deep_and_long_what_is_thrown_is() {
        Throwable deep = new IllegalStateException("x".repeat(100_000));
        for (int i = 0; i < 1_000; i++) {
            deep = new IllegalStateException("y".repeat(10_000), deep);
        }

        List<String> trace = Event.SetAside.trace(deep);

        assertThat(trace).hasSize(30);
        assertThat(trace).allSatisfy(line -> assertThat(line.length()).isLessThan(510));
    }

    /** Two runs that wait, one of them since a time that no patience can be added to. */
    private static State waiting(Instant since) {
        Lab lab = new Lab().submit("bad").submit("good");
        Run bad = lab.state().run(BAD);
        Phase.Wait wait = new Phase.Wait(Phase.Wait.Why.LEAST, since);
        return lab.state().with(with(bad, new Phase.Queued(Optional.of(wait)), bad.nextSequence()));
    }

    private static Run with(Run run, Phase phase, long nextSequence) {
        return new Run(
                run.spec(),
                run.position(),
                run.submittedAt(),
                run.generation(),
                run.restarts(),
                nextSequence,
                run.reason(),
                run.probe(),
                phase,
                run.recovery());
    }

    private static Event attached(String worker) {
        return new Event.Attached(
                new SessionId(worker),
                new WorkerProcess(new WorkerName(worker), "first"),
                WorkerFacts.of("here", 1, 1),
                Optional.empty());
    }

    private static List<RunEvent.StatusChanged> changes(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> entry.run().equals(BAD))
                .filter(Entry.EventLogged.class::isInstance)
                .map(entry -> ((Entry.EventLogged) entry).event())
                .map(RunEvent.StatusChanged.class::cast)
                .toList();
    }

    private Driver started(State state) {
        Effect.Handler nothing =
                (Effect.Handler)
                        Proxy.newProxyInstance(
                                Effect.Handler.class.getClassLoader(),
                                new Class<?>[] {Effect.Handler.class},
                                (proxy, method, arguments) -> {
                                    performed.add(method.getName());
                                    return null;
                                });
        Clock clock = Clock.fixed(Lab.START, ZoneOffset.UTC);
        Driver driver =
                new Driver(
                        state,
                        entries -> stored.add(List.copyOf(entries)),
                        nothing,
                        clock,
                        crash::complete);
        driver.start();
        return driver;
    }
}
