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
