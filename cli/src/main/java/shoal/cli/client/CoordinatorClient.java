package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
 *   <li>Every call has a deadline.
 *   <li>A call that ends badly throws {@link CommandException} with the exit code and a sentence
 *       that says what to do, or {@link java.util.concurrent.CancellationException} where the
 *       calling thread was interrupted.
 * </ul>
 *
 * <p>May be called from any thread.
 */
public final class CoordinatorClient implements AutoCloseable {
    /** A coordinator answers from memory or one store write; this covers a slow network. */
    private static final long ANSWER_SECONDS = 10;

    /** Submit checks the recipe and stores the run. */
    private static final long SUBMIT_SECONDS = 30;

    /** Hashes of one Missing request (artefacts.proto). */
    private static final int HASHES_PER_REQUEST = 1_000;

    private static final long CLOSE_MILLIS = 200;

    private final ManagedChannel channel;
    private final Refusals refusals;

    private CoordinatorClient(ManagedChannel channel, Refusals refusals) {
        this.channel = channel;
        this.refusals = refusals;
    }

    public static CoordinatorClient open(Connection connection) {
        return new CoordinatorClient(Channels.open(connection.access()), new Refusals(connection));
    }

    /** All runs, newest first. */
    public List<RunSummary> runs() {
        return list(ListRequest.getDefaultInstance(), "the list of runs");
    }

    /** What the coordinator is and has. */
    public DescribeReply describe() {
        return answer(
                () -> runCalls().describe(DescribeRequest.getDefaultInstance()),
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
        Set<ByteString> lacking =
                new HashSet<>(
                        answer(
                                () -> artefactCalls().missing(request).getSha256List(),
                                "missing files"));
        return artefacts.stream().filter(artefact -> lacking.remove(artefact.getSha256())).toList();
    }

    /** Accepts a run; returns its name. */
    public String submit(SubmitRequest request) {
        return answer(
                () ->
                        RunsGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(SUBMIT_SECONDS, TimeUnit.SECONDS)
                                .submit(request)
                                .getName(),
                "the new run");
    }

    /** Ends a run; returns the status it then has. */
    public RunStatus cancel(String name, String reason) {
        CancelRequest request = CancelRequest.newBuilder().setName(name).setReason(reason).build();
        return answer(() -> runCalls().cancel(request).getStatus(), "the end of run " + name);
    }

    /** The files of a finished run. */
    public List<ResultFile> files(String name) {
        FilesRequest request = FilesRequest.newBuilder().setName(name).build();
        return answer(() -> runCalls().files(request).getFilesList(), "the files of run " + name);
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
        return answer(() -> runCalls().list(request).getRunsList(), asked);
    }

    private RunsGrpc.RunsBlockingStub runCalls() {
        return RunsGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private ArtefactsGrpc.ArtefactsBlockingStub artefactCalls() {
        return ArtefactsGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private <T> T answer(Supplier<T> call, String asked) {
        try {
            return requireNonNull(call.get());
        } catch (StatusRuntimeException e) {
            throw refusals.of(e, asked);
        }
    }
}
