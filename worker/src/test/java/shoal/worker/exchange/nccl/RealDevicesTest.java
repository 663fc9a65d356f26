package shoal.worker.exchange.nccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shoal.recipe.UserException;

/** Real devices and NVIDIA's libraries; skipped, with a word, where there are none. */
@Tag("gpu")
@Timeout(180)
final class RealDevicesTest {
    private static final int STAGING_BYTES = 1 << 20;
    private static final long JOIN_MILLIS = 120_000;

    @Test
    void a_device_says_its_uuid_and_makes_ids() throws Exception {
        Nccl device = device(0);

        assertThat(device.device()).matches("GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(device.uniqueId()).hasSize(Nccl.ID_BYTES);
    }

    @Test
    void two_devices_send_and_receive_and_a_wait_ends_when_closed() throws Exception {
        Nccl first = device(0);
        Nccl second = device(1);
        byte[] id = first.uniqueId();
        CompletableFuture<Communicator> joining =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return first.join(id, 0, STAGING_BYTES, JOIN_MILLIS);
                            } catch (NcclException | InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        Communicator receiver;
        try (Communicator from = second.join(id, 1, STAGING_BYTES, JOIN_MILLIS);
                Communicator to = joining.get(JOIN_MILLIS, TimeUnit.MILLISECONDS)) {
            for (int round = 0; round < 50; round++) {
                int length = 1 + round * 5_000;
                ByteBuffer sent = bytes(length, round);
                to.send(round, sent);
                from.receive(50 - round, length);
                from.await();
                ByteBuffer arrived = ByteBuffer.allocateDirect(length);
                from.read(50 - round, arrived);
                assertThat(arrived.flip()).isEqualTo(sent);
            }
            from.receive(0, 16); // never sent: closing must end it
            receiver = from;
        }
        assertThatThrownBy(receiver::await).hasMessage("the communicator is closed");
    }

    private static Nccl device(int ordinal) {
        try {
            return CudaNccl.open(ordinal);
        } catch (UserException e) {
            return abort(
                    "skipped: this needs a CUDA device cuda:" + ordinal + ": " + e.getMessage());
        }
    }

    private static ByteBuffer bytes(int length, int salt) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++) {
            bytes.put(i, (byte) (31 * i + salt));
        }
        return bytes;
    }
}
