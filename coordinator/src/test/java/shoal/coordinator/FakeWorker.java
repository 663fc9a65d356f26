package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.core.StepSums;
import shoal.model.Parameter;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.Evaluate;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Fence;
import shoal.proto.v1.HeldRun;
import shoal.proto.v1.Hello;
import shoal.proto.v1.PeerFacts;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.StateChunk;
import shoal.proto.v1.StateGrpc;
import shoal.proto.v1.StateReceipt;
import shoal.proto.v1.StateUploaded;
import shoal.proto.v1.StepReduced;
import shoal.proto.v1.WorkerMessage;
import shoal.proto.v1.WorkerSessionGrpc;
import shoal.wire.Access;
import shoal.wire.Channels;
import shoal.wire.HostPort;
import shoal.wire.Token;
import shoal.wire.Version;

/** A worker that says what a test tells it to say, and shows what it is told. */
public final class FakeWorker implements AutoCloseable {
    private static final long WAIT_SECONDS = 20;
    private static final ByteString HASH = ByteString.copyFrom(new byte[32]);

    private final ManagedChannel channel;
    private final BlockingQueue<CoordinatorMessage> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> over = new CompletableFuture<>();
    private final StreamObserver<WorkerMessage> out;

    public FakeWorker(HostPort address, Token token, Consumer<Hello.Builder> hello) {
        this(new Access(address, token), hello);
    }

    FakeWorker(Access access, Consumer<Hello.Builder> hello) {
        channel = Channels.open(access);
        out = WorkerSessionGrpc.newStub(channel).attach(new Listener());
        Hello.Builder builder =
                Hello.newBuilder()
                        .setWorkerId("w1")
                        .setIncarnation("first")
                        .setVersion(Version.CURRENT)
                        .setHost("here")
                        .setProcessId(1)
                        .setLanes(1);
        hello.accept(builder);
        say(WorkerMessage.newBuilder().setHello(builder));
    }

    /** A worker of this coordinator that was welcomed. */
    public static FakeWorker join(Coordinator coordinator) {
        return join(coordinator, hello -> {});
    }

    public static FakeWorker join(Coordinator coordinator, Consumer<Hello.Builder> hello) {
        FakeWorker worker =
                new FakeWorker(
                        coordinator.address(),
                        TestClient.token(coordinator.tokenFile(shoal.wire.Scope.WORKER)),
                        hello);
        assertThat(worker.next().hasWelcome()).isTrue();
        return worker;
    }

    /** Another worker than w1, with an address for its peers. */
    public static Consumer<Hello.Builder> named(String name) {
        return hello ->
                hello.setWorkerId(name)
                        .setPeer(
                                PeerFacts.newBuilder()
                                        .setAddress("127.0.0.1:1" + name.length())
                                        .setHostNonce("nonce of " + name));
    }

    /** What a redial of the same process says that holds a run. */
    public static Consumer<Hello.Builder> holding(Fence fence, int applied, int reduced) {
        return hello ->
                hello.setHeldRun(
                        HeldRun.newBuilder()
                                .setFence(fence)
                                .setAppliedStep(applied)
                                .setReducedStep(reduced));
    }

    /** The next message that is no heartbeat. */
    public CoordinatorMessage next() {
        try {
            while (true) {
                @Nullable CoordinatorMessage message =
                        received.poll(WAIT_SECONDS, TimeUnit.SECONDS);
                if (message == null) {
                    throw new AssertionError("nothing came; the stream: " + over);
                }
                if (!message.hasHeartbeat()) {
                    return message;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public void awaitHeartbeat() throws InterruptedException {
        @Nullable CoordinatorMessage message = received.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(message).isNotNull();
        assertThat(message.hasHeartbeat()).isTrue();
    }

    /** How the stream ended. */
    public Status end() {
        return over.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
    }

    public void say(WorkerMessage.Builder message) {
        out.onNext(message.build());
    }

    public void ready(Fence fence, int applied, int reduced) {
        say(
                WorkerMessage.newBuilder()
                        .setRunReady(
                                RunReady.newBuilder()
                                        .setFence(fence)
                                        .setAppliedStep(applied)
                                        .setReducedStep(reduced)
                                        .setTrainRows(8)
                                        .setEvaluationRows(6)
                                        .setLabels(2)
                                        .setParameters(TinyModel.table().parameterElements())
                                        .setShardMapHash(HASH)
                                        .addNotices("1 line was skipped")));
    }

    public void reduced(Fence fence, int step, double loss, double squaredNorm) {
        byte[] squares = TestReports.exact(squaredNorm);
        say(fence, step, TestReports.whole(loss, squares, Optional.empty()));
    }

    /** One worker's part of a step, as {@link TestReports#part} has it. */
    public void part(Fence fence, int step, int index, int workers) {
        say(fence, step, TestReports.part(step, index, workers));
    }

    private void say(Fence fence, int step, StepSums sums) {
        StepReduced.Builder reduced =
                StepReduced.newBuilder()
                        .setFence(fence)
                        .setStep(step)
                        .setTokens(10)
                        .setFlos(TestReports.FLOS)
                        .setSquaredNormSum(ByteString.copyFrom(sums.squares()))
                        .setDealHash(HASH);
        for (int i = 0; i < sums.rows().length; i++) {
            reduced.addRows(sums.rows()[i]).addLossTerms(sums.lossTerms()[i]);
        }
        say(WorkerMessage.newBuilder().setStepReduced(reduced));
    }

    /** The rows that it was told to evaluate, in one message. */
    public void evaluated(Evaluate told) {
        say(
                WorkerMessage.newBuilder()
                        .setEvaluationRows(
                                rows(
                                                told.getFence(),
                                                told.getStep(),
                                                told.getFirstRow(),
                                                told.getEndRow() - told.getFirstRow())
                                        .setLast(true)
                                        .setSeconds(0.5)));
    }

    /** Says that everything was sent. */
    public void uploaded(Fence fence, int step) {
        say(
                WorkerMessage.newBuilder()
                        .setStateUploaded(
                                StateUploaded.newBuilder()
                                        .setFence(fence)
                                        .setStep(step)
                                        .setPeakResidentBytes(123_456)));
    }

    /** All six rows in two messages: the first four right, the last two wrong. */
    public void evaluated(Fence fence, int step) {
        say(WorkerMessage.newBuilder().setEvaluationRows(rows(fence, step, 0, 4)));
        say(
                WorkerMessage.newBuilder()
                        .setEvaluationRows(rows(fence, step, 4, 2).setLast(true).setSeconds(0.5)));
    }

    private static EvaluationRows.Builder rows(Fence fence, int step, int first, int count) {
        EvaluationRows.Builder rows =
                EvaluationRows.newBuilder().setFence(fence).setStep(step).setFirstRow(first);
        for (int row = first; row < first + count; row++) {
            rows.addLosses(0.25f * row).addLabels(row % 2).addPredictions(row < 4 ? row % 2 : 0);
        }
        return rows;
    }

    /** Streams all parameters, element i of each being {@code add + i}, and says so. */
    public StateReceipt upload(Fence fence, int step, int add) {
        StateReceipt got = send(fence, step, add, 0);
        uploaded(fence, step);
        return got;
    }

    /** Streams all parameters as the worker of this index. */
    public StateReceipt send(Fence fence, int step, int add, int index) {
        CompletableFuture<StateReceipt> receipt = new CompletableFuture<>();
        StreamObserver<StateChunk> chunks =
                StateGrpc.newStub(channel).upload(new TestClient.Completing<>(receipt));
        for (Parameter parameter : TinyModel.table().parameters()) {
            chunks.onNext(
                    StateChunk.newBuilder()
                            .setFence(fence)
                            .setStep(step)
                            .setIndex(index)
                            .setParameter(parameter.name())
                            .setValues(ByteString.copyFrom(TinyModel.values(parameter, add)))
                            .build());
        }
        chunks.onCompleted();
        return receipt.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Breaks the stream, as a network does. */
    public void drop() {
        close();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private final class Listener implements StreamObserver<CoordinatorMessage> {
        @Override
        public void onNext(CoordinatorMessage message) {
            received.add(message);
        }

        @Override
        public void onError(Throwable error) {
            over.complete(Status.fromThrowable(error));
        }

        @Override
        public void onCompleted() {
            over.complete(Status.OK);
        }
    }
}
