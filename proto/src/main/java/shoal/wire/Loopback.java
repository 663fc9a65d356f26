package shoal.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.function.Predicate;

/** This host's loopback: 127.0.0.1, or ::1 where that is the only one. */
public final class Loopback {
    private static final List<String> HOSTS = List.of("127.0.0.1", "::1");

    private Loopback() {}

    /** The address that one can listen on here; 127.0.0.1 if that is none. */
    public static String host() {
        return host(Loopback::takesListeners);
    }

    /** Any free port on loopback. */
    public static HostPort anyPort() {
        return new HostPort(host(), 0);
    }

    static String host(Predicate<String> takesListeners) {
        return HOSTS.stream().filter(takesListeners).findFirst().orElse(HOSTS.get(0));
    }

    private static boolean takesListeners(String host) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.isBound();
        } catch (IOException none) {
            return false;
        }
    }
}
