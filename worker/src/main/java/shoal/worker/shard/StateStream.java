package shoal.worker.shard;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import shoal.proto.v1.StateChunk;
import shoal.proto.v1.StateReceipt;

/**
 * One State.Upload call, seen from a thread that waits for it: for room before each chunk, for the
 * receipt at the end.
 */
final class StateStream implements ClientResponseObserver<StateChunk, StateReceipt> {
    private @Nullable ClientCallStreamObserver<StateChunk> out; // guarded by this
    private @Nullable StateReceipt receipt; // guarded by this
    private @Nullable Status end; // guarded by this

    /** Waits until a chunk can be sent without piling up. */
    synchronized void awaitReady() throws StreamOver {
        awaitUntil(() -> end != null || (out != null && out.isReady()));
        throwIfOver();
    }

    void send(StateChunk chunk) throws StreamOver {
        ClientCallStreamObserver<StateChunk> stream;
        synchronized (this) {
            throwIfOver();
            stream = out;
        }
        if (stream != null) {
            stream.onNext(chunk);
        }
    }

    /** Says that this was all and waits for the elements confirmed. */
    synchronized long finish() throws StreamOver {
        throwIfOver();
        if (out != null) {
            out.onCompleted();
        }
        awaitUntil(() -> end != null);
        if (end != null && !end.isOk()) {
            throw new StreamOver(end);
        }
        if (receipt == null) {
            throw new StreamOver(Status.INTERNAL.withDescription("no receipt came"));
        }
        return receipt.getElements();
    }

    /** Gives up, unless it is over. Callable from any thread. */
    void cancel(String reason) {
        ClientCallStreamObserver<StateChunk> stream;
        synchronized (this) {
            stream = end == null ? out : null;
            if (end == null) {
                end = Status.CANCELLED.withDescription(reason);
            }
            notifyAll();
        }
        if (stream != null) {
            stream.cancel(reason, null);
        }
    }

    @Override
    public synchronized void beforeStart(ClientCallStreamObserver<StateChunk> stream) {
        out = stream;
        stream.setOnReadyHandler(this::wake);
    }

    @Override
    public synchronized void onNext(StateReceipt message) {
        receipt = message;
    }

    @Override
    public void onError(Throwable error) {
        ended(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
        ended(Status.OK);
    }

    private synchronized void wake() {
        notifyAll();
    }

    private synchronized void ended(Status status) {
        if (end == null) {
            end = status;
        }
        notifyAll();
    }

    private void throwIfOver() throws StreamOver {
        if (end != null) {
            throw new StreamOver(end);
        }
    }

    private synchronized void awaitUntil(BooleanSupplier happened) throws StreamOver {
        try {
            while (!happened.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamOver(Status.CANCELLED.withDescription("interrupted"));
        }
    }
}
