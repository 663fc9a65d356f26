package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may call native code, and how work is shared. */
final class LanesTest {
    /** Counts its stages; the first piece of work that runs ahead of another one is seen. */
    private record Counting(AtomicInteger done, List<Integer> order, int index) implements Staged {
        @Override
        public int stages() {
            return 3;
        }

        @Override
        public void advance() {
            done.incrementAndGet();
            synchronized (order) {
                order.add(index);
            }
        }
    }

    @Test
    void a_foreign_thread_is_refused() {
        try (DjlEngine engine = open()) {
            Kernel kernel = engine.parts().kernel();

            assertThatThrownBy(() -> kernel.zeros(16))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(Thread.currentThread().getName())
                    .hasMessageContaining("only lanes may");
            assertThatThrownBy(() -> kernel.call("add")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(kernel::scope).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void every_lane_has_one_thread_in_libtorch_and_no_autograd() {
        try (DjlEngine engine = open()) {
            Lanes lanes = engine.parts().lanes();
            List<String> states = new ArrayList<>();
            lanes.forEach(
                    8,
                    index -> {
                        synchronized (states) {
                            states.add(JniUtils.getNumThreads() + " " + JniUtils.isGradMode());
                        }
                    });

            assertThat(states).hasSize(8).containsOnly("1 false");
        }
    }

    @Test
    void one_lane_takes_all_work_through_a_stage_before_the_next() {
        List<Integer> order = new ArrayList<>();
        List<Counting> work = new ArrayList<>();
        for (int index = 0; index < 3; index++) {
            work.add(new Counting(new AtomicInteger(), order, index));
        }
        try (Lanes lanes = new Lanes(1)) {
            lanes.drain(work);
        }

        assertThat(order).containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2);
    }

    @Test
    void no_more_work_is_begun_than_may_be_open() {
        List<Integer> order = new ArrayList<>();
        List<Counting> work = new ArrayList<>();
        for (int index = 0; index < 5; index++) {
            work.add(new Counting(new AtomicInteger(), order, index));
        }
        try (Lanes lanes = new Lanes(1)) {
            lanes.drain(work, 2);
        }

        assertThat(order).containsExactly(0, 1, 0, 1, 0, 2, 2, 1, 3, 3, 2, 4, 4, 3, 4);
    }

    @Test
    void the_last_work_is_begun_together() throws InterruptedException {
        List<Integer> order = new ArrayList<>();
        List<Counting> work = new ArrayList<>();
        for (int index = 0; index < 4; index++) {
            work.add(new Counting(new AtomicInteger(), order, index));
        }

        new StageQueue(work, StageQueue::furthestBehind, 1, 2).drain();

        assertThat(order).containsExactly(0, 0, 0, 1, 1, 1, 2, 3, 2, 3, 2, 3);
    }

    @Test
    void what_a_stage_throws_reaches_the_caller() {
        try (Lanes lanes = new Lanes(2)) {
            assertThatThrownBy(
                            () ->
                                    lanes.forEach(
                                            5,
                                            index -> {
                                                throw new IllegalStateException("of " + index);
                                            }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("of ");
        }
    }

    @RepeatedTest(20)
    void no_lane_works_any_more_when_another_one_s_exception_reaches_the_caller() {
        CyclicBarrier both = new CyclicBarrier(2);
        AtomicInteger arrivals = new AtomicInteger();
        AtomicInteger working = new AtomicInteger();
        try (Lanes lanes = new Lanes(2)) {
            assertThatThrownBy(
                            () ->
                                    lanes.forEach(
                                            2,
                                            index -> {
                                                working.incrementAndGet();
                                                meet(both);
                                                if (arrivals.incrementAndGet() == 1) {
                                                    working.decrementAndGet();
                                                    throw new IllegalStateException("a lane's");
                                                }
                                                new CRC32C().update(new byte[20_000_000]);
                                                working.decrementAndGet();
                                            }))
                    .hasMessage("a lane's");

            assertThat(working).hasValue(0);
        }
    }

    @Test
    @Timeout(60)
    void an_error_of_one_lane_does_not_keep_the_others_waiting() {
        try (Lanes lanes = new Lanes(2)) {
            assertThatThrownBy(
                            () ->
                                    lanes.forEach(
                                            5,
                                            index -> {
                                                throw new AssertionError("of " + index);
                                            }))
                    .isInstanceOf(AssertionError.class);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DjlEngine open() {
        return DjlEngine.open(Fixtures.tiny(0), Fixtures.recipe(2, 0, Fixtures.ADAMW), 2);
    }
}
