package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import shoal.proto.v1.StateGrpc;
import shoal.proto.v1.WorkerSessionGrpc;
import shoal.wire.Scope;
import shoal.wire.TokenGate;

/**
 * Threads for calls, apart by what calls wait for, so that none waits for another's disk.
 *
 * <ul>
 *   <li>Sessions of workers and their uploads of state have threads that nobody else uses.
 *   <li>Questions and answers from memory share threads, callers in turn.
 *   <li>Streams of events and files, too, a few messages at a time.
 *   <li>Folders are listed and files hashed on two threads more; what waits for them is bounded.
 * </ul>
 */
public final class CallThreads implements AutoCloseable {
    /** A session's task ends when its event is in the driver's queue. */
    private static final int SESSION_THREADS = 4;

    /** Each writes a chunk to the disk. */
    private static final int STATE_THREADS = 4;

    /** Each answers from memory, or waits for one read of the store. */
    private static final int QUESTION_THREADS = 4;

    /** Each reads or writes a few chunks of a file, or a few events. */
    private static final int STREAM_THREADS = 4;

    /** Each hashes: one for whoever asks for gigabytes, one for all others. */
    private static final int FOLDER_THREADS = 2;

    /** Lists of files that one caller may have waiting: some seconds of work. */
    private static final int FOLDERS_WAITING = 8;

    /** A caller without a token that is known here; its calls end at the gate. */
    private static final String STRANGER = "";

    private final ExecutorService sessions = threads("coordinator-session", SESSION_THREADS);
    private final ExecutorService states = threads("coordinator-state", STATE_THREADS);
    private final FairThreads questions = new FairThreads("coordinator-call", QUESTION_THREADS);
    private final FairThreads streams = new FairThreads("coordinator-stream", STREAM_THREADS);
    private final FairThreads folders = new FairThreads("coordinator-folder", FOLDER_THREADS);

    /** Where the current call's streams are sent from, in turn with those of other callers. */
    Executor streams() {
        return streams.of(TokenGate.caller().fingerprint());
    }

    /** Lists or hashes for the current call, unless too much of its caller's waits already. */
    boolean offer(Runnable listing) {
        return folders.offer(TokenGate.caller().fingerprint(), listing, FOLDERS_WAITING);
    }

    /** Which threads serve which call. */
    ServerCallExecutorSupplier byCall(Function<String, Optional<Scope>> scopes) {
        requireNonNull(scopes, "scopes");
        return new ServerCallExecutorSupplier() {
            @Override
            public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
                String service = String.valueOf(call.getMethodDescriptor().getServiceName());
                String caller =
                        TokenGate.fingerprint(headers)
                                .filter(shown -> scopes.apply(shown).isPresent())
                                .orElse(STRANGER);
                if (service.equals(WorkerSessionGrpc.SERVICE_NAME)) {
                    return sessions;
                }
                if (service.equals(StateGrpc.SERVICE_NAME)) {
                    return states;
                }
                boolean question = call.getMethodDescriptor().getType() == MethodType.UNARY;
                return (question ? questions : streams).of(caller);
            }
        };
    }

    @Override
    public void close() {
        sessions.shutdownNow();
        states.shutdownNow();
        questions.close();
        streams.close();
        folders.close();
    }

    private static ExecutorService threads(String name, int count) {
        return Executors.newFixedThreadPool(count, task -> new Thread(task, name));
    }
}
