package shoal.wire;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;
import shoal.recipe.Limits;

/** Opens channels to a coordinator, with the project's limits and the caller's token. */
public final class Channels {
    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    static final String BEARER = "Bearer ";

    /** Long enough for a coordinator that is writing a checkpoint, short enough to notice loss. */
    private static final long KEEP_ALIVE_SECONDS = 10;

    private Channels() {}

    /** A channel that connects on first use. The caller shuts it down. */
    public static ManagedChannel open(Access access) {
        NettyChannelBuilder channel =
                NettyChannelBuilder.forAddress(access.address().host(), access.address().port())
                        .maxInboundMessageSize(Limits.MESSAGE_BYTES)
                        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                        .intercept(new BearerInterceptor(access.token()));
        access.trust()
                .ifPresentOrElse(
                        trust -> channel.sslContext(trust.context()), channel::usePlaintext);
        return channel.build();
    }

    private record BearerInterceptor(Token token) implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(
                MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    headers.put(AUTHORIZATION, BEARER + token.secret());
                    super.start(listener, headers);
                }
            };
        }
    }
}
