package shoal.coordinator.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FairThreadsTest {
    private static final long WAIT_SECONDS = 20;

    private final FairThreads threads = new FairThreads("fair", 2);
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void stop() {
        threads.close();
    }

    @Test
    void callers_are_served_in_turn_however_much_one_of_them_has_waiting() throws Exception {
        CountDownLatch holdA = new CountDownLatch(1);
        CountDownLatch holdB = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(9);
        blocked("a", holdA);
        blocked("b", holdB);
        for (int i = 1; i <= 6; i++) {
            note("a", "a" + i, all);
        }
        for (int i = 1; i <= 3; i++) {
            note("c", "c" + i, all);
        }

        holdA.countDown(); // one thread is free, the other one is b's

        assertThat(all.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(done).containsExactly("a1", "c1", "a2", "c2", "a3", "c3", "a4", "a5", "a6");
        holdB.countDown();
    }

    @Test
    void one_caller_never_has_all_threads() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        CountDownLatch other = new CountDownLatch(1);
        blocked("a", hold);
        threads.of("a").execute(() -> done.add("a's second"));

        note("b", "b", other);

        assertThat(other.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(done).containsExactly("b");
        CountDownLatch last = new CountDownLatch(1);
        note("a", "a's third", last);
        hold.countDown();
        assertThat(last.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(done).containsExactly("b", "a's second", "a's third");
    }

    @Test
    void a_caller_with_too_much_waiting_is_refused_and_others_are_not() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        blocked("a", hold);

        assertThat(threads.offer("a", () -> done.add("1"), 2)).isTrue();
        assertThat(threads.offer("a", () -> done.add("2"), 2)).isTrue();
        assertThat(threads.offer("a", () -> done.add("3"), 2)).isFalse();
        CountDownLatch other = new CountDownLatch(1);
        assertThat(threads.offer("b", other::countDown, 2)).isTrue();

        assertThat(other.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        hold.countDown();
    }

    @Test
    void a_task_that_throws_costs_no_thread_and_no_turn() throws Exception {
        for (int i = 0; i < 4; i++) {
            threads.of("a")
                    .execute(
                            () -> {
                                throw new IllegalStateException("a bug, for this test");
                            });
        }
        CountDownLatch after = new CountDownLatch(1);

        note("a", "after", after);

        assertThat(after.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private void blocked(String caller, CountDownLatch hold) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        threads.of(caller)
                .execute(
                        () -> {
                            begun.countDown();
                            await(hold);
                        });
        assertThat(begun.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private void note(String caller, String words, CountDownLatch then) {
        threads.of(caller)
                .execute(
                        () -> {
                            done.add(words);
                            then.countDown();
                        });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
