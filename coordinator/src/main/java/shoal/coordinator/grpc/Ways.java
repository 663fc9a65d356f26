package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.stub.ServerCallStreamObserver;

/**
 * How files and events get out to clients.
 *
 * @param threads of calls
 * @param streams that are open
 */
public record Ways(CallThreads threads, OpenStreams streams) {
    public Ways {
        requireNonNull(threads, "threads");
        requireNonNull(streams, "streams");
    }

    /** Sends what a source gives to the current call's client, and ends the call. */
    <M> void send(ServerCallStreamObserver<M> out, Outflow.Source<M> source) {
        Outflow.prepare(out, source, threads.streams(), streams).wake();
    }
}
