package shoal.wire;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Which of this host's addresses another host sees. */
public final class OwnAddress {
    private OwnAddress() {}

    /**
     * The address that packets to a host leave from, by this host's routes; nothing is sent. Empty
     * if the host is unknown or has no route.
     */
    public static Optional<String> towards(HostPort other) {
        InetSocketAddress address = other.toSocketAddress();
        if (address.isUnresolved()) {
            return Optional.empty();
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(address);
            return Optional.of(socket.getLocalAddress().getHostAddress().replaceFirst("%.*", ""));
        } catch (IOException | java.io.UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
