package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import shoal.engine.TrainingEngine;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.proto.v1.Fence;
import shoal.proto.v1.StateChunk;
import shoal.proto.v1.StateGrpc;
import shoal.recipe.Limits;
import shoal.worker.stop.StopSignal;

/**
 * Streams all parameters of an engine, in buffer order, in chunks of at most {@link
 * Limits#CHUNK_BYTES}.
 *
 * <p>Memory is bounded: a chunk is read from the engine only when the stream can take it.
 *
 * <p>Methods are called from the run thread.
 */
public final class StateUpload {
    private static final int CHUNK_ELEMENTS = Limits.CHUNK_BYTES / Float.BYTES;

    private final TrainingEngine engine;
    private final Channel channel;

    public StateUpload(TrainingEngine engine, Channel channel) {
        this.engine = requireNonNull(engine, "engine");
        this.channel = requireNonNull(channel, "channel");
    }

    /**
     * Sends everything and waits for the receipt.
     *
     * @throws UploadLostException when a redial or a newer generation will cure it
     * @throws IOException when it will not
     */
    public void send(Fence fence, int step, StopSignal stop) throws IOException {
        StateStream stream = new StateStream();
        StopSignal.Listening listening = stop.whenRaised(() -> stream.cancel("the run ended"));
        try {
            StateGrpc.newStub(channel).upload(stream);
            for (Parameter parameter : engine.table().parameters()) {
                sendParameter(stream, parameter, fence, step);
            }
            long elements = stream.finish();
            if (elements != engine.table().parameterElements()) {
                throw new IOException(
                        "the coordinator confirms "
                                + elements
                                + " elements of "
                                + engine.table().parameterElements());
            }
        } catch (StreamOver over) {
            stop.throwIfRaised();
            throw trouble(over.status());
        } finally {
            listening.close();
            stream.cancel("left");
        }
    }

    private void sendParameter(StateStream stream, Parameter parameter, Fence fence, int step)
            throws StreamOver {
        long size = parameter.sizeElements();
        for (long offset = 0; offset < size; offset += CHUNK_ELEMENTS) {
            stream.awaitReady();
            int count = (int) Math.min(CHUNK_ELEMENTS, size - offset);
            byte[] bytes = new byte[count * Float.BYTES];
            engine.read(
                    StateKind.PARAMETER,
                    parameter.unit(),
                    parameter.offsetElements() + offset,
                    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
            stream.send(
                    StateChunk.newBuilder()
                            .setFence(fence)
                            .setStep(step)
                            .setParameter(parameter.name())
                            .setOffsetElements(offset)
                            .setValues(UnsafeByteOperations.unsafeWrap(bytes))
                            .build());
        }
    }

    private static IOException trouble(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, CANCELLED, FAILED_PRECONDITION, DEADLINE_EXCEEDED, ABORTED ->
                    new UploadLostException(status.toString());
            default -> new IOException("the coordinator does not take the parameters: " + status);
        };
    }
}
