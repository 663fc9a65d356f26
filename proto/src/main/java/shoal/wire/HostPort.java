package shoal.wire;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;

/**
 * An address as the user types it: {@code HOST:PORT}, IPv6 hosts in brackets.
 *
 * @param host a name or an address, without brackets
 * @param port 0 to 65535; 0 lets the system choose where one listens
 */
public record HostPort(String host, int port) {
    public HostPort {
        requireNonNull(host, "host");
        if (host.isEmpty() || port < 0 || port > 65_535) {
            throw new IllegalArgumentException("host is '" + host + "', port is " + port);
        }
    }

    /**
     * Reads {@code HOST:PORT}.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        int port;
        try {
            port = colon < 0 ? -1 : Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            port = -1;
        }
        if (host.isEmpty() || port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address; expected HOST:PORT, such as 127.0.0.1:7461");
        }
        return new HostPort(host, port);
    }

    /** Resolves the host; the result is unresolved if the name is unknown. */
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(host, port);
    }

    /** Whether only this host is meant; not if the name is unknown. */
    public boolean isLoopback() {
        InetSocketAddress resolved = toSocketAddress();
        return !resolved.isUnresolved() && resolved.getAddress().isLoopbackAddress();
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
