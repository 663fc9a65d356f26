package shoal.wire;

import static java.util.Objects.requireNonNull;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.wire.tls.PeerTls;
import shoal.wire.tls.WorkerIdentity;

/**
 * The one thread that carries what a worker sends to other workers and receives from them: all
 * callbacks of its channels and of its server come from it.
 *
 * <p>All methods may be called from any thread.
 */
public final class PeerNetwork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerNetwork.class);

    /** The one method: frames both ways, until either side ends it. */
    public static final MethodDescriptor<TensorFrame, TensorFrame> EXCHANGE =
            MethodDescriptor.<TensorFrame, TensorFrame>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName("shoal.v1.Peers/Exchange")
                    .setRequestMarshaller(new TensorFrameMarshaller())
                    .setResponseMarshaller(new TensorFrameMarshaller())
                    .build();

    /** Bytes that wait in gRPC before a stream is not ready: some pieces, never a whole range. */
    public static final int READY_BYTES = 1_000_000;

    /** Fixed, since an estimate would grow it while a receiver computes; 16 pieces. */
    private static final int FLOW_WINDOW_BYTES = 2 << 20;

    /** A frozen peer is noticed within two of these; clients may not ping as often. */
    private static final long PING_SECONDS = 2;

    private static final long CLOSE_MILLIS = 150;

    private final EventLoopGroup loop;
    private final Optional<PeerTls> tls;
    private final List<ManagedChannel> channels = new ArrayList<>(); // guarded by this

    /**
     * Starts the thread.
     *
     * @param tls to encrypt with and to know peers by; empty: nothing is encrypted
     */
    public PeerNetwork(String threadName, Optional<PeerTls> tls) {
        this.tls = requireNonNull(tls, "tls");
        this.loop =
                new MultiThreadIoEventLoopGroup(
                        1,
                        new DefaultThreadFactory(requireNonNull(threadName, "threadName"), true),
                        NioIoHandler.newFactory());
    }

    /**
     * A channel that connects on first use and never repeats a call. The caller ends it.
     *
     * @param peer whose certificate must be shown there, where connections are encrypted
     */
    public synchronized ManagedChannel channelTo(HostPort address, Supplier<WorkerIdentity> peer) {
        channels.removeIf(ManagedChannel::isTerminated);
        ManagedChannel channel = unlisted(address, peer);
        channels.add(channel);
        return channel;
    }

    private ManagedChannel unlisted(HostPort address, Supplier<WorkerIdentity> peer) {
        NettyChannelBuilder channel =
                NettyChannelBuilder.forAddress(address.host(), address.port())
                        .eventLoopGroup(loop)
                        .channelType(NioSocketChannel.class)
                        .directExecutor()
                        .disableRetry()
                        .flowControlWindow(FLOW_WINDOW_BYTES)
                        .maxInboundMessageSize(TensorFrameMarshaller.MESSAGE_BYTES);
        tls.ifPresentOrElse(
                ours -> channel.sslContext(ours.clientContext(peer.get())), channel::usePlaintext);
        return channel.build();
    }

    /** Options of calls of {@link #EXCHANGE}. */
    public static CallOptions options() {
        return CallOptions.DEFAULT.withOnReadyThreshold(READY_BYTES);
    }

    /** A server at an address; the caller adds the method, starts and ends it. */
    public NettyServerBuilder serverAt(HostPort address) {
        NettyServerBuilder server = NettyServerBuilder.forAddress(address.toSocketAddress());
        tls.ifPresent(ours -> server.sslContext(ours.serverContext()));
        return server.bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .channelType(NioServerSocketChannel.class)
                .directExecutor()
                .flowControlWindow(FLOW_WINDOW_BYTES)
                .maxInboundMessageSize(TensorFrameMarshaller.MESSAGE_BYTES)
                .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
    }

    /** Whether connections are encrypted. */
    public boolean encrypts() {
        return tls.isPresent();
    }

    /** Whether the caller runs on the thread. */
    public boolean isCurrentThread() {
        return loop.next().inEventLoop();
    }

    /** Runs a task on the thread, soon; not at all once this is closed. */
    public void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException closed) {
            LOG.debug("the peer network is closed; a task is dropped");
        }
    }

    /** Runs a task on the thread after a while; not at all once this is closed. */
    public void executeAfter(long millis, Runnable task) {
        try {
            // Its outcome is the task's own business; exceptions are logged by the loop.
            loop.schedule(task, millis, TimeUnit.MILLISECONDS)
                    .addListener(
                            done -> {
                                if (done.cause() != null && !done.isCancelled()) {
                                    LOG.error("a task of the peer network failed", done.cause());
                                }
                            });
        } catch (RejectedExecutionException closed) {
            LOG.debug("the peer network is closed; a task is dropped");
        }
    }

    /**
     * Ends its channels and the thread, within half a second as a rule; servers are to be ended
     * before.
     */
    @Override
    public synchronized void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        try {
            for (ManagedChannel channel : channels) {
                if (!channel.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                    LOG.warn("a channel to {} is still being closed", channel.authority());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * CLOSE_MILLIS);
    }
}
