package shoal.worker.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shoal.engine.TrainingEngine;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.plan.shard.ShardMap;
import shoal.proto.v1.Fence;
import shoal.proto.v1.StateChunk;
import shoal.proto.v1.StateGrpc;
import shoal.proto.v1.StateReceipt;
import shoal.recipe.Limits;
import shoal.wire.Access;
import shoal.wire.Channels;
import shoal.wire.HostPort;
import shoal.wire.Servers;
import shoal.wire.Token;
import shoal.worker.FakeEngine;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.StoppedException;

@Timeout(60)
final class StateUploadTest {
    /** An embedding of 16 MB: far larger than all buffers between the two sides. */
    private static final int VOCABULARY = 1 << 19;

    private static final Fence FENCE = Fence.newBuilder().setRun("r").setGeneration(3).build();

    private static final List<StateKind> PARAMETERS = List.of(StateKind.PARAMETER);

    private final Receiver receiver = new Receiver();
    private final StopSignal stop = new StopSignal();
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start_server() throws IOException {
        server =
                Servers.listenOn(new HostPort("127.0.0.1", 0)).addService(receiver).build().start();
        channel =
                Channels.open(
                        new Access(
                                new HostPort("127.0.0.1", server.getPort()),
                                Token.create(new SecureRandom())));
    }

    @AfterEach
    void stop_server() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void every_element_of_every_parameter_arrives_at_its_place() throws IOException {
        FakeEngine engine = numbered(100);
        receiver.reads = true;

        upload(engine).send(FENCE, 9, PARAMETERS, stop);

        assertThat(receiver.elements).hasSameSizeAs(engine.table().parameters());
        for (Parameter parameter : engine.table().parameters()) {
            float[] values = receiver.elements.getOrDefault(parameter.name(), new float[0]);
            assertThat(values).hasSize((int) parameter.sizeElements());
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).isEqualTo(valueOf(parameter, i));
            }
        }
        assertThat(receiver.last.getFence()).isEqualTo(FENCE);
        assertThat(receiver.last.getStep()).isEqualTo(9);
        assertThat(receiver.largestBytes).isLessThanOrEqualTo(Limits.CHUNK_BYTES);
    }

    @Test
    void a_coordinator_that_does_not_read_holds_the_worker_back() throws Exception {
        FakeEngine engine = new FakeEngine(FakeEngine.tinyConfig(VOCABULARY));
        ExecutorService runThread = Executors.newSingleThreadExecutor();
        Future<?> sent =
                runThread.submit(
                        () -> {
                            upload(engine).send(FENCE, 9, PARAMETERS, stop);
                            return null;
                        });

        assertThatThrownBy(() -> sent.get(500, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
        int before = engine.reads.get();
        receiver.readAll();
        sent.get(20, TimeUnit.SECONDS);
        runThread.shutdown();

        assertThat(before * (long) Limits.CHUNK_BYTES).isLessThan(6L << 20);
        assertThat(receiver.elements.get("transformer.wte.weight")).hasSize(VOCABULARY * 8);
    }

    @Test
    void a_run_that_ended_stops_an_upload_that_waits_for_room() throws Exception {
        FakeEngine engine = new FakeEngine(FakeEngine.tinyConfig(VOCABULARY));
        ExecutorService other = Executors.newSingleThreadExecutor();
        other.execute(
                () -> {
                    receiver.awaitStart();
                    stop.raise();
                });

        assertThatThrownBy(() -> upload(engine).send(FENCE, 9, PARAMETERS, stop))
                .isInstanceOf(StoppedException.class);
        other.shutdown();
    }

    @Test
    void a_stale_fence_is_for_the_coordinator_to_cure() {
        receiver.refusal = Status.FAILED_PRECONDITION.withDescription("generation 4 is current");

        assertThatThrownBy(() -> upload(numbered(100)).send(FENCE, 9, PARAMETERS, stop))
                .isInstanceOf(UploadLostException.class)
                .hasMessageContaining("generation 4 is current");
    }

    @Test
    void a_refused_range_is_a_failure() {
        receiver.refusal = Status.INVALID_ARGUMENT.withDescription("outside its unit");

        assertThatThrownBy(() -> upload(numbered(100)).send(FENCE, 9, PARAMETERS, stop))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(UploadLostException.class)
                .hasMessageContaining("outside its unit");
    }

    @Test
    void a_receipt_for_fewer_elements_is_a_failure() {
        receiver.reads = true;
        receiver.receiptShort = 1;

        assertThatThrownBy(() -> upload(numbered(100)).send(FENCE, 9, PARAMETERS, stop))
                .hasMessageContaining("confirms");
    }

    private static FakeEngine numbered(int vocabulary) {
        FakeEngine engine = new FakeEngine(FakeEngine.tinyConfig(vocabulary));
        for (Parameter parameter : engine.table().parameters()) {
            int size = (int) parameter.sizeElements();
            ByteBuffer values =
                    ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < size; i++) {
                values.putFloat(valueOf(parameter, i));
            }
            engine.write(
                    StateKind.PARAMETER,
                    parameter.unit(),
                    parameter.offsetElements(),
                    values.flip());
        }
        return engine;
    }

    private static float valueOf(Parameter parameter, int index) {
        return parameter.unit() * 100_000f + parameter.offsetElements() + index;
    }

    /** Collects chunks, when it is told to read. */
    private static final class Receiver extends StateGrpc.StateImplBase {
        final Map<String, float[]> elements = new LinkedHashMap<>();
        final LinkedBlockingQueue<Boolean> started = new LinkedBlockingQueue<>();
        volatile boolean reads;
        volatile Status refusal = Status.OK;
        volatile int receiptShort;
        volatile int largestBytes;
        volatile StateChunk last = StateChunk.getDefaultInstance();
        private volatile Runnable readAll = () -> {};

        void readAll() {
            readAll.run();
        }

        void awaitStart() {
            try {
                started.poll(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public StreamObserver<StateChunk> upload(StreamObserver<StateReceipt> out) {
            if (!refusal.isOk()) {
                out.onError(refusal.asException());
            }
            ServerCallStreamObserver<StateReceipt> call =
                    (ServerCallStreamObserver<StateReceipt>) out;
            if (!reads) {
                call.disableAutoRequest();
            }
            readAll = () -> call.request(1_000_000);
            started.add(true);
            return new Collector(out);
        }

        private final class Collector implements StreamObserver<StateChunk> {
            private final StreamObserver<StateReceipt> out;
            private long count;

            Collector(StreamObserver<StateReceipt> out) {
                this.out = out;
            }

            @Override
            public void onNext(StateChunk chunk) {
                last = chunk;
                largestBytes = Math.max(largestBytes, chunk.getValues().size());
                int length = chunk.getValues().size() / Float.BYTES;
                int end = (int) chunk.getOffsetElements() + length;
                float[] all = elements.getOrDefault(chunk.getParameter(), new float[0]);
                float[] grown = Arrays.copyOf(all, Math.max(all.length, end));
                chunk.getValues()
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(grown, (int) chunk.getOffsetElements(), length);
                elements.put(chunk.getParameter(), grown);
                count += length;
            }

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onCompleted() {
                if (refusal.isOk()) {
                    out.onNext(StateReceipt.newBuilder().setElements(count - receiptShort).build());
                    out.onCompleted();
                }
            }
        }
    }

    /** Of a worker that owns everything. */
    private StateUpload upload(TrainingEngine engine) {
        ShardMap map = ShardMap.of(engine.table(), 1);
        return new StateUpload(engine, channel, new Member(0, engine.table(), map, 0));
    }
}
