package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import shoal.engine.ElementRange;
import shoal.engine.TrainingEngine;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.proto.v1.Fence;
import shoal.proto.v1.StateChunk;
import shoal.proto.v1.StateGrpc;
import shoal.recipe.Limits;
import shoal.worker.stop.StopSignal;

/**
 * Streams the parameters that a worker owns, in buffer order, in chunks of at most {@link
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
    private final Member member;

    /**
     * An upload of what a worker owns.
     *
     * @param member who owns it
     */
    public StateUpload(TrainingEngine engine, Channel channel, Member member) {
        this.member = requireNonNull(member, "member");
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
            long sent = 0;
            for (Parameter parameter : engine.table().parameters()) {
                sent += sendParameter(stream, parameter, fence, step);
            }
            long elements = stream.finish();
            if (elements != sent) {
                throw new IOException(
                        "the coordinator confirms " + elements + " elements of " + sent);
            }
        } catch (StreamOver over) {
            stop.throwIfRaised();
            throw trouble(over.status());
        } finally {
            listening.close();
            stream.cancel("left");
        }
    }

    /** Sends what is owned of a parameter; returns how many elements that is. */
    private long sendParameter(StateStream stream, Parameter parameter, Fence fence, int step)
            throws StreamOver {
        ElementRange range = member.owned(parameter.unit());
        long first = Math.max(0, range.from() - parameter.offsetElements());
        long end = Math.min(parameter.sizeElements(), range.to() - parameter.offsetElements());
        for (long offset = first; offset < end; offset += CHUNK_ELEMENTS) {
            stream.awaitReady();
            int count = (int) Math.min(CHUNK_ELEMENTS, end - offset);
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
                            .setIndex(member.index())
                            .setParameter(parameter.name())
                            .setOffsetElements(offset)
                            .setValues(UnsafeByteOperations.unsafeWrap(bytes))
                            .build());
        }
        return Math.max(0, end - first);
    }

    private static IOException trouble(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, CANCELLED, FAILED_PRECONDITION, DEADLINE_EXCEEDED, ABORTED ->
                    new UploadLostException(status.toString());
            default -> new IOException("the coordinator does not take the parameters: " + status);
        };
    }
}
