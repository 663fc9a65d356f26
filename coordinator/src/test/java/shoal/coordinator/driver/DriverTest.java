package shoal.coordinator.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.core.Core;
import shoal.coordinator.core.Demand;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Reply;
import shoal.coordinator.core.RequestId;
import shoal.coordinator.core.RunFaultException;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.State;
import shoal.coordinator.core.Submission;

final class DriverTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1), ZoneOffset.UTC);
    private static final long WAIT_SECONDS = 20;

    private final BlockingQueue<String> happened = new LinkedBlockingQueue<>();
    private final BlockingQueue<Reply> answers = new LinkedBlockingQueue<>();
    private final List<String> broken = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Throwable> crash = new CompletableFuture<>();

    @Test
    void what_was_decided_is_stored_before_it_is_done() throws InterruptedException {
        try (Driver driver = driver(entries -> happened.add("stored " + entries.size()))) {
            driver.start();

            driver.submit(submitted("r"));

            assertThat(next()).isEqualTo("stored 2");
            assertThat(next()).isEqualTo("publish");
            assertThat(next()).isEqualTo("answer");
            assertThat(driver.state().runs().find(new RunName("r"))).isPresent();
            assertThat(driver.isRunning()).isTrue();
        }
    }

    @Test
    void a_journal_that_refuses_ends_the_driver_and_nothing_is_done() {
        try (Driver driver =
                driver(
                        entries -> {
                            throw new IllegalStateException("disk full");
                        })) {
            driver.start();

            driver.submit(submitted("r"));

            assertThat(crash.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join())
                    .hasMessage("disk full");
            assertThat(happened).isEmpty();
            assertThat(driver.state().runs().size()).isZero();
        }
    }

    @Test
    void a_closed_driver_takes_nothing_and_crashes_nobody() {
        Driver driver = driver(entries -> happened.add("stored"));
        driver.start();
        driver.close();

        driver.submit(submitted("r"));

        assertThat(driver.isRunning()).isFalse();
        assertThat(happened).isEmpty();
        assertThat(crash).isNotDone();
    }

    @Test
    void who_would_wait_for_the_driver_on_its_own_thread_is_a_bug() {
        CompletableFuture<Driver> itself = new CompletableFuture<>();
        try (Driver driver = driver(entries -> itself.join().submit(new Event.Tick()))) {
            itself.complete(driver);
            driver.start();

            driver.submit(submitted("r"));

            assertThat(crash.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join())
                    .hasMessage("the driver would wait for itself");
        }
    }

    @Test
    void an_answer_reaches_the_call_that_asked_once() {
        Requests requests = new Requests();
        try (Driver driver = driver(entries -> {})) {
            driver.start();
            requests.ask(
                    driver,
                    id -> {
                        happened.add("asked " + id.number());
                        return new Event.Tick();
                    },
                    reply -> happened.add("answered"));
        }

        Reply reply = new Reply.Accepted(new RunName("r"));
        requests.answer(new RequestId(1), reply);
        requests.answer(new RequestId(1), reply);

        assertThat(happened).containsExactly("asked 1", "answered");
        assertThatThrownBy(() -> new RunName("Not A Name"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_effect_that_throws_sets_its_run_aside_and_others_go_on() throws InterruptedException {
        broken.add("publish bad");
        try (Driver driver = driver(entries -> {})) {
            driver.start();

            driver.submit(submitted("bad"));
            driver.submit(submitted("good"));

            await("answer");
            await("answer");
            driver.submit(submitted("good"));
            await("answer");
            assertThat(driver.state().ended().find(new RunName("bad")).orElseThrow().reason())
                    .isEqualTo("a bug in Shoal; the run is set aside");
            assertThat(driver.state().runs().asMap()).containsOnlyKeys(new RunName("good"));
            assertThat(driver.faults()).isGreaterThan(0);
            assertThat(driver.isRunning()).isTrue();
            assertThat(crash).isNotDone();
        }
    }

    @Test
    void an_answer_that_throws_is_nobody_elses_trouble() throws InterruptedException {
        broken.add("answer");
        try (Driver driver = driver(entries -> {})) {
            driver.start();

            driver.submit(submitted("r"));

            await("answer");
            driver.submit(submitted("r2"));
            await("answer");
            assertThat(driver.state().runs().size()).isEqualTo(2);
            assertThat(driver.isRunning()).isTrue();
        }
    }

    @Test
    void entries_that_the_journal_refuses_of_one_run_are_decided_again_without_it()
            throws InterruptedException {
        RunFaultException refusal =
                new RunFaultException(new RunName("bad"), new IllegalStateException("no row"));
        try (Driver driver =
                driver(
                        entries -> {
                            if (entries.stream()
                                    .anyMatch(entry -> entry.run().text().equals("bad"))) {
                                throw refusal;
                            }
                        })) {
            driver.submit(submitted("bad"));
            driver.submit(submitted("good"));
            driver.start();

            await("answer");
            await("answer");
            assertThat(driver.state().runs().asMap()).containsOnlyKeys(new RunName("good"));
            assertThat(answers.poll())
                    .isInstanceOfSatisfying(
                            Reply.Refused.class,
                            refused ->
                                    assertThat(refused.reason())
                                            .startsWith("a bug in Shoal; nothing was changed"));
            assertThat(crash).isNotDone();
        }
    }

    @Test
    void a_run_whose_end_cannot_be_stored_is_a_fault_of_the_store() {
        RunFaultException refusal =
                new RunFaultException(new RunName("r"), new IllegalStateException("no row"));
        State state = Core.apply(State.empty(), CLOCK.instant(), submitted("r")).state();
        try (Driver driver =
                new Driver(
                        state,
                        entries -> {
                            throw refusal;
                        },
                        effects(),
                        CLOCK,
                        crash::complete)) {
            driver.start();

            driver.submit(new Event.CancelRequested(new RequestId(2), new RunName("r"), "enough"));

            assertThat(crash.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join()).isSameAs(refusal);
        }
    }

    private void await(String word) throws InterruptedException {
        String next = next();
        while (!next.equals(word) && !next.equals("nothing")) {
            next = next();
        }
        assertThat(next).isEqualTo(word);
    }

    private String next() throws InterruptedException {
        String word = happened.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        return word == null ? "nothing" : word;
    }

    private Driver driver(Journal journal) {
        return new Driver(State.empty(), journal, effects(), CLOCK, crash::complete);
    }

    /** Notes the name of each effect. */
    private Effect.Handler effects() {
        InvocationHandler note =
                (proxy, method, arguments) -> {
                    happened.add(method.getName());
                    if (arguments[0] instanceof Effect.Answer answer) {
                        answers.add(answer.reply());
                    }
                    String run =
                            ((Effect) arguments[0]).concerns().map(name -> " " + name).orElse("");
                    if (broken.contains(method.getName() + run)) {
                        throw new IllegalStateException("broken");
                    }
                    return null;
                };
        return (Effect.Handler)
                Proxy.newProxyInstance(
                        Effect.Handler.class.getClassLoader(),
                        new Class<?>[] {Effect.Handler.class},
                        note);
    }

    private static Event submitted(String name) {
        return new Event.Submitted(
                new RequestId(1),
                Optional.of(new RunName(name)),
                new Submission(TestRecipes.of(1, 1, 0), "{}", List.of(), Demand.ONE));
    }
}
