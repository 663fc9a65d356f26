package shoal.cli.client;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What goes wrong with calls, one mishap for each of the next calls of a method. */
public final class Mishaps implements ServerInterceptor {
    /**
     * @param end empty: the call is handled and never answered
     */
    private record Mishap(String method, int messages, Optional<StatusRuntimeException> end) {}

    private final Deque<Mishap> next = new ArrayDeque<>();

    /** Methods that were called, by their short names. */
    public final List<String> called = Collections.synchronizedList(new ArrayList<>());

    /** The next call of this method is handled, and its answer is lost. */
    public void losesAnswer(String method) {
        add(new Mishap(method, 0, Optional.empty()));
    }

    /** The next call of this method ends so, after some messages of its answer. */
    public void ends(String method, int messages, StatusRuntimeException end) {
        add(new Mishap(method, messages, Optional.of(end)));
    }

    private synchronized void add(Mishap mishap) {
        next.add(mishap);
    }

    private synchronized @Nullable Mishap take(String method) {
        @Nullable Mishap first = next.peek();
        return first != null && first.method().equals(method) ? next.remove() : null;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> handler) {
        String method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
        called.add(method);
        @Nullable Mishap mishap = take(method);
        if (mishap == null) {
            return handler.startCall(call, headers);
        }
        return handler.startCall(new Hurt<>(call, mishap), headers);
    }

    private static final class Hurt<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final Mishap mishap;
        private int messages;
        private boolean over;

        Hurt(ServerCall<Q, A> call, Mishap mishap) {
            super(call);
            this.mishap = mishap;
        }

        @Override
        public void sendMessage(A message) {
            if (!over && messages < mishap.messages()) {
                messages++;
                super.sendMessage(message);
            } else {
                end();
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            end();
        }

        private void end() {
            if (!over) {
                mishap.end().ifPresent(this::close);
            }
            over = true;
        }

        private void close(StatusRuntimeException end) {
            @Nullable Metadata trailers = end.getTrailers();
            super.close(end.getStatus(), trailers == null ? new Metadata() : trailers);
        }
    }
}
