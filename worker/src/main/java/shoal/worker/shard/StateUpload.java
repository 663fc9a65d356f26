package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
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
 * Streams the parameters that a worker owns, and for a checkpoint all else that there is of them,
 * in buffer order, in chunks of at most {@link Limits#CHUNK_BYTES}.
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
     * @param kinds what is sent of each parameter
     * @throws UploadLostException when a redial or a newer generation will cure it
     * @throws IOException when it will not
     */
    public void send(Fence fence, int step, List<StateKind> kinds, StopSignal stop)
            throws IOException {
        StateStream stream = new StateStream();
        StopSignal.Listening listening = stop.whenRaised(() -> stream.cancel("the run ended"));
        try {
            StateGrpc.newStub(channel).upload(stream);
            long sent = 0;
            for (StateKind kind : kinds) {
                Chunks chunks = new Chunks(stream, member.index(), kind, fence, step);
                for (Parameter parameter : engine.table().parameters()) {
                    sent += send(parameter, chunks);
                }
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

    /** Where chunks of one kind of state go. */
    private record Chunks(StateStream stream, int index, StateKind kind, Fence fence, int step) {
        void send(String parameter, long offset, byte[] bytes) throws StreamOver {
            stream.send(
                    StateChunk.newBuilder()
                            .setFence(fence)
                            .setStep(step)
                            .setIndex(index)
                            .setKind(inWords(kind))
                            .setRank(kind.rank().orElse(0))
                            .setParameter(parameter)
                            .setOffsetElements(offset)
                            .setValues(UnsafeByteOperations.unsafeWrap(bytes))
                            .build());
        }
    }

    /** Sends what is owned of a parameter; returns how many elements that is. */
    private long send(Parameter parameter, Chunks chunks) throws StreamOver {
        ElementRange range = member.saved(chunks.kind(), parameter.unit());
        long first = Math.max(0, range.from() - parameter.offsetElements());
        long elements = chunks.kind().elements(parameter);
        long end = Math.min(elements, range.to() - parameter.offsetElements());
        for (long offset = first; offset < end; offset += CHUNK_ELEMENTS) {
            chunks.stream().awaitReady();
            int count = (int) Math.min(CHUNK_ELEMENTS, end - offset);
            byte[] bytes = new byte[count * Float.BYTES];
            engine.read(
                    chunks.kind(),
                    parameter.unit(),
                    parameter.offsetElements() + offset,
                    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
            chunks.send(parameter.name(), offset, bytes);
        }
        return Math.max(0, end - first);
    }

    private static StateChunk.StateKind inWords(StateKind kind) {
        return switch (kind.type()) {
            case PARAMETER -> StateChunk.StateKind.PARAMETER;
            case EXP_AVG -> StateChunk.StateKind.EXP_AVG;
            case EXP_AVG_SQ -> StateChunk.StateKind.EXP_AVG_SQ;
            case SERVER_ERROR -> StateChunk.StateKind.SERVER_ERROR;
            case WORKER_ERROR -> StateChunk.StateKind.WORKER_ERROR;
            case EXP_AVG_SQ_FRESH -> StateChunk.StateKind.EXP_AVG_SQ_FRESH;
            case LAMB_COEFF_FREEZE -> StateChunk.StateKind.LAMB_COEFF_FREEZE;
            case LAST_FACTOR -> StateChunk.StateKind.LAST_FACTOR;
            case SCALING_COEFF -> StateChunk.StateKind.SCALING_COEFF;
        };
    }

    private static IOException trouble(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, CANCELLED, FAILED_PRECONDITION, DEADLINE_EXCEEDED, ABORTED ->
                    new UploadLostException(status.toString());
            default -> new IOException("the coordinator does not take the state: " + status);
        };
    }
}
