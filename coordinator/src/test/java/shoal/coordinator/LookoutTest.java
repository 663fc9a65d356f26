package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.WorkerName;
import shoal.coordinator.core.WorkerProcess;

@Timeout(60)
final class LookoutTest {
    private static final WorkerProcess PROCESS = new WorkerProcess(new WorkerName("w1"), "first");

    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(8);
    private final Lookout lookout = new Lookout(events::add);

    @AfterEach
    void close() {
        lookout.close();
    }

    @Test
    void a_port_that_takes_connections_is_told_and_so_is_that_it_refuses_them() throws Exception {
        String address;
        try (ServerSocket port = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            address = "127.0.0.1:" + port.getLocalPort();

            assertThat(look(address)).isEqualTo(new Event.Looked(PROCESS, address, true));
        }

        assertThat(look(address)).isEqualTo(new Event.Looked(PROCESS, address, false));
    }

    @Test
    void an_address_that_is_none_tells_nothing() throws Exception {
        lookout.look(new Effect.LookFor(PROCESS, "nowhere"));

        try (ServerSocket port = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + port.getLocalPort();
            assertThat(look(address)).isEqualTo(new Event.Looked(PROCESS, address, true));
        }
        assertThat(events).isEmpty();
    }

    private Event look(String address) throws InterruptedException {
        lookout.look(new Effect.LookFor(PROCESS, address));
        return events.poll(30, TimeUnit.SECONDS);
    }
}
