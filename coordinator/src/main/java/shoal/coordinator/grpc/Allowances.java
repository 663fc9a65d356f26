package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import shoal.coordinator.core.Bounds;
import shoal.proto.v1.WorkerSessionGrpc;
import shoal.recipe.Limits;
import shoal.wire.Busy;
import shoal.wire.Caller;
import shoal.wire.Scope;
import shoal.wire.TokenGate;

/**
 * What the bearers of one token may have at a time: calls, streams, and bytes of messages that are
 * not yet handled or not yet taken. A call beyond that is answered with {@link Busy}; what is under
 * way goes on. Sessions of workers are counted elsewhere, against {@link Bounds#WORKERS}.
 */
final class Allowances implements ServerInterceptor {
    /** When to ask again: most calls end sooner. */
    static final Duration RETRY = Duration.ofSeconds(2);

    /**
     * How much.
     *
     * @param calls that have one answer
     * @param streams of events or files
     * @param bytes a call may begin below; it adds no more than two messages
     */
    record Allowance(int calls, int streams, long bytes) {
        /** People and their scripts: each watches some runs and asks now and then. */
        static final Allowance OF_CLIENTS = new Allowance(64, 256, 64L << 20);

        /** For each worker a question, a download and an upload, a chunk of each on its way. */
        static final Allowance OF_WORKERS =
                new Allowance(
                        Bounds.WORKERS,
                        2 * Bounds.WORKERS,
                        4L * Bounds.WORKERS * Limits.CHUNK_BYTES);

        static Allowance of(Scope scope) {
            return switch (scope) {
                case WORKER -> OF_WORKERS;
                case ADMIN, SUBMIT, READ -> OF_CLIENTS;
            };
        }
    }

    private final Map<String, Usage> usages = new ConcurrentHashMap<>();

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (WorkerSessionGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
            return next.startCall(call, headers);
        }
        Caller caller = TokenGate.caller();
        Usage usage = usages.computeIfAbsent(caller.fingerprint(), any -> new Usage(caller));
        MethodType type = call.getMethodDescriptor().getType();
        Optional<Busy> full = usage.enter(type == MethodType.UNARY);
        if (full.isPresent()) {
            call.close(full.get().status(), full.get().trailers());
            return new ServerCall.Listener<>() {};
        }
        Counted<Q, A> counted = new Counted<>(call, usage, type);
        try {
            return counted.listener(next.startCall(counted, headers));
        } catch (RuntimeException bug) {
            counted.over();
            throw bug;
        }
    }

    /** What one token has now. */
    private static final class Usage {
        private final Caller caller;
        private final Allowance most;
        private int calls;
        private int streams;
        private long bytes;

        Usage(Caller caller) {
            this.caller = caller;
            this.most = Allowance.of(caller.scope());
        }

        synchronized Optional<Busy> enter(boolean question) {
            if (question && calls >= most.calls()) {
                return full(calls + " calls");
            }
            if (!question && streams >= most.streams()) {
                return full(streams + " streams");
            }
            if (bytes >= most.bytes()) {
                return full(bytes + " bytes on their way");
            }
            add(question, 1);
            return Optional.empty();
        }

        synchronized void leave(boolean question, long heldBytes) {
            add(question, -1);
            bytes -= heldBytes;
        }

        synchronized void hold(long more) {
            bytes += more;
        }

        private void add(boolean question, int one) {
            if (question) {
                calls += one;
            } else {
                streams += one;
            }
        }

        private Optional<Busy> full(String what) {
            return Optional.of(
                    new Busy(
                            "callers with a token of scope "
                                    + caller.scope().name().toLowerCase(Locale.ROOT)
                                    + " have "
                                    + what
                                    + ", the most at a time",
                            RETRY));
        }
    }

    /** One call that was let in. */
    private static final class Counted<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final Usage usage;
        private final MethodType type;
        private long sentBytes; // not yet taken; all fields below are guarded by this
        private long receivedBytes;
        private boolean over;

        Counted(ServerCall<Q, A> call, Usage usage, MethodType type) {
            super(call);
            this.usage = requireNonNull(usage, "usage");
            this.type = requireNonNull(type, "type");
        }

        @Override
        public void sendMessage(A message) {
            sent(size(message));
            super.sendMessage(message);
            if (type != MethodType.UNARY && isReady()) {
                taken();
            }
        }

        ServerCall.Listener<Q> listener(ServerCall.Listener<Q> next) {
            return new SimpleForwardingServerCallListener<>(next) {
                @Override
                public void onMessage(Q message) {
                    received(size(message));
                    super.onMessage(message);
                    if (!type.clientSendsOneMessage()) {
                        handled();
                    }
                }

                @Override
                public void onReady() {
                    taken();
                    super.onReady();
                }

                @Override
                public void onCancel() {
                    over();
                    super.onCancel();
                }

                @Override
                public void onComplete() {
                    over();
                    super.onComplete();
                }
            };
        }

        synchronized void over() {
            if (!over) {
                over = true;
                usage.leave(type == MethodType.UNARY, sentBytes + receivedBytes);
            }
        }

        private synchronized void sent(long bytes) {
            if (!over) {
                sentBytes += bytes;
                usage.hold(bytes);
            }
        }

        private synchronized void received(long bytes) {
            if (!over) {
                receivedBytes += bytes;
                usage.hold(bytes);
            }
        }

        /** The transport has room again: all but its own small buffer has gone out. */
        private synchronized void taken() {
            if (!over) {
                usage.hold(-sentBytes);
                sentBytes = 0;
            }
        }

        private synchronized void handled() {
            if (!over) {
                usage.hold(-receivedBytes);
                receivedBytes = 0;
            }
        }

        private static long size(Object message) {
            return message instanceof MessageLite known ? known.getSerializedSize() : 0;
        }
    }
}
