package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import shoal.cli.outcome.CommandException;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.CancelRequest;
import shoal.proto.v1.DescribeReply;
import shoal.proto.v1.DescribeRequest;
import shoal.proto.v1.FilesRequest;
import shoal.proto.v1.ListRequest;
import shoal.proto.v1.MissingRequest;
import shoal.proto.v1.ResultFile;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunSummary;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.SubmitRequest;
import shoal.recipe.ErrorCode;
import shoal.wire.Channels;

/**
 * One coordinator, seen by a client. Connects on first use.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Every call has a deadline. One that gets no answer from a coordinator that is there, or is
 *       told that it is busy, is made again, for a minute in all: calls that change something carry
 *       an id by which they are known when they come again.
 *   <li>A call that ends badly throws {@link CommandException} with the exit code and a sentence
 *       that says what to do, or {@link java.util.concurrent.CancellationException} where the
 *       calling thread was interrupted.
 * </ul>
 *
 * <p>May be called from any thread.
 */
public final class CoordinatorClient implements AutoCloseable {
    /** Hashes of one Missing request (artefacts.proto). */
    private static final int HASHES_PER_REQUEST = 1_000;

    private static final long CLOSE_MILLIS = 200;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final ManagedChannel channel;
    private final Refusals refusals;
    private final Patience patience;
    private final Consumer<String> notes;
    private volatile boolean wasThere;

    private CoordinatorClient(Connection connection, Patience patience, Consumer<String> notes) {
        this.channel = Channels.open(connection.access());
        this.refusals = new Refusals(connection, this::wasThere);
        this.patience = requireNonNull(patience, "patience");
        this.notes = requireNonNull(notes, "notes");
        noteConnection();
    }

    /**
     * A client of this coordinator.
     *
     * @param notes takes a sentence when a call has to be made again
     */
    public static CoordinatorClient open(Connection connection, Consumer<String> notes) {
        return open(connection, Patience.USUAL, notes);
    }

    static CoordinatorClient open(
            Connection connection, Patience patience, Consumer<String> notes) {
        return new CoordinatorClient(connection, patience, notes);
    }

    /**
     * Whether it was reached once, and this client is open: after {@link #close} nothing is asked.
     */
    private boolean wasThere() {
        if (channel.isShutdown()) {
            return false;
        }
        if (channel.getState(false) == ConnectivityState.READY) {
            wasThere = true;
        }
        return wasThere;
    }

    /** Called when the channel's state changes: it connects, or loses its connection. */
    private void noteConnection() {
        ConnectivityState now = channel.getState(false);
        if (now == ConnectivityState.READY) {
            wasThere = true; // and it stays so when the connection breaks
        }
        if (now != ConnectivityState.SHUTDOWN) {
            channel.notifyWhenStateChanged(now, this::noteConnection);
        }
    }

    /** All runs, newest first. */
    public List<RunSummary> runs() {
        return list(ListRequest.getDefaultInstance(), "the list of runs");
    }

    /** What the coordinator is and has. */
    public DescribeReply describe() {
        return answer(
                calls -> calls.describe(DescribeRequest.getDefaultInstance()),
                "what the coordinator has");
    }

    /** The run of this name. */
    public RunSummary run(String name) {
        List<RunSummary> found =
                list(ListRequest.newBuilder().setName(name).build(), "run " + name);
        return found.stream()
                .filter(run -> run.getName().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new CommandException(
                                        ErrorCode.USER,
                                        "the coordinator has no run "
                                                + name
                                                + "; `shoal runs` lists those it has"));
    }

    /** Those of the artefacts that the coordinator lacks, each content once, in their order. */
    public List<Artefact> missing(List<Artefact> artefacts) {
        Set<ByteString> hashes = new HashSet<>();
        artefacts.forEach(artefact -> hashes.add(artefact.getSha256()));
        if (hashes.size() > HASHES_PER_REQUEST) {
            throw new IllegalArgumentException(
                    hashes.size() + " artefacts, expected at most " + HASHES_PER_REQUEST);
        }
        MissingRequest request = MissingRequest.newBuilder().addAllSha256(hashes).build();
        Attempts attempts = attempts("missing files");
        Set<ByteString> lacking =
                new HashSet<>(
                        repeat(
                                attempts,
                                () ->
                                        within(ArtefactsGrpc.newBlockingStub(channel), attempts)
                                                .missing(request)
                                                .getSha256List()));
        return artefacts.stream().filter(artefact -> lacking.remove(artefact.getSha256())).toList();
    }

    /** Accepts a run; returns its name. Made again after a lost answer it is the same run. */
    public String submit(SubmitRequest request) {
        SubmitRequest known = request.toBuilder().setRequestId(randomId()).build();
        try {
            return answer(calls -> calls.submit(known).getName(), "the new run");
        } catch (CommandException e) {
            if (e.code() == ErrorCode.CLUSTER_UNREACHABLE && wasThere()) {
                throw new CommandException(
                        e.code(),
                        e.getMessage()
                                + ". The run may have been accepted: look at `shoal runs` before"
                                + " you submit it again");
            }
            throw e;
        }
    }

    /** Ends a run; returns the status it then has. */
    public RunStatus cancel(String name, String reason) {
        CancelRequest request =
                CancelRequest.newBuilder()
                        .setName(name)
                        .setReason(reason)
                        .setRequestId(randomId())
                        .build();
        return answer(calls -> calls.cancel(request).getStatus(), "the end of run " + name);
    }

    /** The files of a finished run. */
    public List<ResultFile> files(String name) {
        FilesRequest request = FilesRequest.newBuilder().setName(name).build();
        return answer(calls -> calls.files(request).getFilesList(), "the files of run " + name);
    }

    /** For a call that is made again where that is safe and may help. */
    Attempts attempts(String asked) {
        return new Attempts(refusals, patience, notes, asked);
    }

    ManagedChannel channel() {
        return channel;
    }

    Refusals refusals() {
        return refusals;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<RunSummary> list(ListRequest request, String asked) {
        return answer(calls -> calls.list(request).getRunsList(), asked);
    }

    private <T> T answer(Function<RunsGrpc.RunsBlockingStub, T> call, String asked) {
        Attempts attempts = attempts(asked);
        return repeat(
                attempts, () -> call.apply(within(RunsGrpc.newBlockingStub(channel), attempts)));
    }

    private static <S extends AbstractStub<S>> S within(S calls, Attempts attempts) {
        return calls.withDeadlineAfter(attempts.next());
    }

    private static <T> T repeat(Attempts attempts, Supplier<T> call) {
        while (true) {
            try {
                return requireNonNull(call.get());
            } catch (StatusRuntimeException e) {
                attempts.failed(e);
            }
        }
    }

    private static String randomId() {
        byte[] bits = new byte[16];
        RANDOM.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }
}
