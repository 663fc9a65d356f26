package shoal.worker.exchange.nccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.UserException;

/** The binding, over memory of this host. */
@Timeout(60)
final class CudaNcclTest {
    private static final int STAGING_BYTES = 4_096;
    private static final long JOIN_MILLIS = 20_000;

    @TempDir private static Path folder;

    private final HostDevices devices = HostDevices.build(folder);

    CudaNcclTest() throws Exception {}

    @AfterEach
    void nothing_is_left() {
        assertThat(devices.live()).isZero();
    }

    @Test
    void a_device_is_known_by_its_uuid_as_nvidia_smi_writes_it() {
        assertThat(devices.open(0).device()).isEqualTo("GPU-00010203-0405-0607-0809-0a0b0c0d0e0f");
        assertThat(devices.open(1).device()).isNotEqualTo(devices.open(0).device());
    }

    @Test
    void what_is_received_is_what_was_sent_in_order() throws Exception {
        try (Pair pair = pair()) {
            for (int round = 0; round < 20; round++) {
                ByteBuffer values = bytes(1_000, round);
                pair.to().send(1_000 * (round % 3), values);
                assertThat(values.remaining()).isEqualTo(1_000);
                pair.from().receive(2_000 - 1_000 * (round % 3), 1_000);
                pair.from().await();

                ByteBuffer arrived = ByteBuffer.allocateDirect(1_000);
                pair.from().read(2_000 - 1_000 * (round % 3), arrived);
                assertThat(arrived.flip()).isEqualTo(bytes(1_000, round));
            }
        }
    }

    @Test
    void closing_ends_a_wait_for_what_never_comes() throws Exception {
        try (Pair pair = pair()) {
            pair.from().receive(0, 16);
            CompletableFuture<Void> waiting =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    pair.from().await();
                                } catch (NcclException | InterruptedException e) {
                                    throw new AssertionError(e.getMessage(), e);
                                }
                            });

            pair.from().close();

            assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("the communicator is closed");
            assertThatThrownBy(() -> pair.from().receive(0, 16))
                    .hasMessage("the communicator is closed");
            assertThatThrownBy(() -> pair.from().read(0, ByteBuffer.allocate(4)))
                    .hasMessage("the communicator is closed");
        }
    }

    @Test
    void a_size_that_differs_is_an_error_in_words_of_the_library() throws Exception {
        try (Pair pair = pair()) {
            pair.to().send(0, bytes(64, 1));

            assertThatThrownBy(
                            () -> {
                                pair.from().receive(0, 32);
                                pair.from().await();
                            })
                    .isInstanceOf(NcclException.class)
                    .hasMessage("NCCL gave 5 (invalid usage; sizes differ)");
        }
    }

    @Test
    void a_part_outside_the_staging_memory_is_refused_before_anything_native() throws Exception {
        try (Pair pair = pair()) {
            assertThatThrownBy(() -> pair.to().send(STAGING_BYTES - 8, bytes(16, 1)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> pair.from().receive(0, STAGING_BYTES + 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> pair.to().receive(0, 16))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void a_rank_that_stays_alone_gives_up_in_time() throws Exception {
        byte[] id = devices.open(0).uniqueId();

        assertThatThrownBy(() -> devices.open(0).join(id, 0, STAGING_BYTES, 50))
                .isInstanceOf(NcclException.class)
                .hasMessage("the other worker has not joined its communicator in time");
    }

    @Test
    void joining_ends_when_interrupted() throws Exception {
        byte[] id = devices.open(0).uniqueId();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread joining =
                new Thread(
                        () -> {
                            try {
                                devices.open(0).join(id, 1, STAGING_BYTES, JOIN_MILLIS).close();
                            } catch (NcclException | InterruptedException e) {
                                end.complete(e);
                            }
                        });
        joining.start();

        joining.interrupt();

        assertThat(end.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void two_ranks_on_one_device_do_not_meet() throws Exception {
        Nccl device = devices.open(0);
        byte[] id = device.uniqueId();
        CompletableFuture<Communicator> other = join(device, id, 0, 500);

        assertThatThrownBy(() -> device.join(id, 1, STAGING_BYTES, JOIN_MILLIS))
                .isInstanceOf(NcclException.class)
                .hasMessageContaining("invalid usage");
        assertThatThrownBy(() -> other.get(30, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(NcclException.class);
    }

    @Test
    void libraries_that_are_missing_are_all_named_with_what_to_do() {
        CudaNccl.Libraries none = new CudaNccl.Libraries("libnone-a.so.1", "libnone-b.so.2");

        assertThatThrownBy(() -> CudaNccl.open(0, none))
                .isInstanceOfSatisfying(
                        UserException.class,
                        e ->
                                assertThat(e.problems())
                                        .hasSize(2)
                                        .extracting(Object::toString)
                                        .satisfiesExactly(
                                                cuda ->
                                                        assertThat(cuda)
                                                                .startsWith(
                                                                        "--device: needs"
                                                                                + " libnone-a.so.1,"
                                                                                + " which comes with"
                                                                                + " NVIDIA's driver."),
                                                nccl ->
                                                        assertThat(nccl)
                                                                .startsWith(
                                                                        "--device: needs"
                                                                                + " libnone-b.so.2,"
                                                                                + " which is NCCL 2.17"
                                                                                + " or newer.")
                                                                .contains("LD_LIBRARY_PATH")));
    }

    @Test
    void a_device_beyond_the_last_is_refused_with_how_many_there_are() {
        assertThatThrownBy(() -> devices.open(3))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--device: is cuda:3, but CUDA shows 3 devices")
                .hasMessageContaining("CUDA_VISIBLE_DEVICES");
    }

    /** Two ranks on two devices. */
    private record Pair(Communicator to, Communicator from) implements AutoCloseable {
        @Override
        public void close() {
            to.close();
            from.close();
        }
    }

    private Pair pair() throws Exception {
        byte[] id = devices.open(0).uniqueId();
        CompletableFuture<Communicator> to = join(devices.open(0), id, 0, JOIN_MILLIS);
        Communicator from = devices.open(1).join(id, 1, STAGING_BYTES, JOIN_MILLIS);
        return new Pair(to.get(30, TimeUnit.SECONDS), from);
    }

    private static CompletableFuture<Communicator> join(
            Nccl device, byte[] id, int rank, long millis) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return device.join(id, rank, STAGING_BYTES, millis);
                    } catch (NcclException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    private static ByteBuffer bytes(int length, int salt) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++) {
            bytes.put(i, (byte) (31 * i + salt));
        }
        return bytes;
    }

    @Test
    void the_driver_tells_its_devices_or_that_it_is_not_there() {
        CudaDevices found = devices.listed();

        assertThat(found.cuda()).isEqualTo("12.8");
        assertThat(found.trouble()).isEmpty();
        assertThat(found.devices()).hasSize(3);
        assertThat(found.devices().get(1))
                .isEqualTo(
                        new CudaDevices.Device(
                                1,
                                "Host Device 1",
                                2L << 30,
                                "9.1",
                                "GPU-10111213-1415-1617-1819-1a1b1c1d1e1f"));
        assertThat(CudaDevices.by("libnowhere.so.1").trouble())
                .isEqualTo("libnowhere.so.1, which comes with NVIDIA's driver, is not there");
    }
}
