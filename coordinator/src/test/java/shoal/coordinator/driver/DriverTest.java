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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.core.Demand;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.RequestId;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.State;
import shoal.coordinator.core.Submission;

final class DriverTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1), ZoneOffset.UTC);
    private static final long WAIT_SECONDS = 20;

    private final BlockingQueue<String> happened = new LinkedBlockingQueue<>();
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

        shoal.coordinator.core.Reply reply =
                new shoal.coordinator.core.Reply.Accepted(new RunName("r"));
        requests.answer(new RequestId(1), reply);
        requests.answer(new RequestId(1), reply);

        assertThat(happened).containsExactly("asked 1", "answered");
        assertThatThrownBy(() -> new RunName("Not A Name"))
                .isInstanceOf(IllegalArgumentException.class);
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
