package shoal.wire.tls;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/** TLS 1.3 by the JDK, for HTTP/2. */
final class TlsContexts {
    private static final String VERSION = "TLSv1.3";

    private TlsContexts() {}

    static SslContext client(TrustManager trust) {
        return build(SslContextBuilder.forClient().trustManager(trust));
    }

    static SslContext server(Credentials credentials) {
        return build(SslContextBuilder.forServer(credentials.keys()));
    }

    /** A client that shows a certificate, too. */
    static SslContext mutualClient(Credentials credentials, TrustManager trust) {
        return build(
                SslContextBuilder.forClient().keyManager(credentials.keys()).trustManager(trust));
    }

    /** A server that asks for a certificate, too. */
    static SslContext mutualServer(Credentials credentials, TrustManager trust) {
        return build(
                SslContextBuilder.forServer(credentials.keys())
                        .trustManager(trust)
                        .clientAuth(ClientAuth.REQUIRE));
    }

    private static SslContext build(SslContextBuilder builder) {
        try {
            return GrpcSslContexts.configure(builder, SslProvider.JDK).protocols(VERSION).build();
        } catch (SSLException e) {
            throw new IllegalStateException("every JDK has " + VERSION, e);
        }
    }
}
