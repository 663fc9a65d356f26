package shoal.wire;

import io.grpc.netty.NettyServerBuilder;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import shoal.recipe.Limits;
import shoal.wire.tls.Credentials;

/** Starts building a server with the project's limits. */
public final class Servers {
    /** A frozen peer is noticed within two of these (design section 4). */
    private static final long PING_SECONDS = 2;

    private Servers() {}

    /**
     * A builder bound to the address; the caller adds services and starts it.
     *
     * @param credentials to encrypt with; empty: nothing is encrypted
     */
    public static NettyServerBuilder listenOn(HostPort address, Optional<Credentials> credentials) {
        NettyServerBuilder server = listenOn(address);
        credentials.ifPresent(ours -> server.sslContext(ours.serverContext()));
        return server;
    }

    /**
     * Why an address cannot be listened on, and what to do: which of them it is, the system says.
     *
     * @param flag that names the address
     */
    public static String cannotListen(HostPort address, String flag, Throwable cause) {
        Throwable root = cause;
        for (int depth = 0; root.getCause() != null && depth < 10; depth++) {
            root = root.getCause();
        }
        String said = String.valueOf(root.getMessage());
        String start = "cannot be listened on: " + said + ". ";
        if (said.contains("already in use")) {
            return start
                    + "Another process has this port, perhaps another coordinator; stop that"
                    + " process or choose another port with "
                    + flag
                    + ".";
        }
        if (said.contains("Cannot assign requested address")) {
            String loopback = Loopback.host();
            boolean other = address.isLoopback() && !loopback.equals(address.host());
            return start
                    + "This machine has no such address; choose "
                    + (other
                            ? "its loopback, " + new HostPort(loopback, address.port())
                            : "one of its own")
                    + ", with "
                    + flag
                    + ".";
        }
        return start + "Choose another address or port with " + flag + ".";
    }

    /** The same without encryption. */
    public static NettyServerBuilder listenOn(HostPort address) {
        return NettyServerBuilder.forAddress(address.toSocketAddress())
                .maxInboundMessageSize(Limits.MESSAGE_BYTES)
                .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
    }
}
