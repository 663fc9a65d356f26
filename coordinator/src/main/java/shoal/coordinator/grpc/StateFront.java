package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.checkpoint.OutputDesk;
import shoal.coordinator.core.Fence;
import shoal.coordinator.message.WorkerMessages;
import shoal.model.StateKind;
import shoal.proto.v1.StateChunk;
import shoal.proto.v1.StateGrpc;
import shoal.proto.v1.StateReceipt;
import shoal.recipe.Limits;

/** Takes state and hands them to the output desk. */
final class StateFront extends StateGrpc.StateImplBase {
    private final OutputDesk desk;

    StateFront(OutputDesk desk) {
        this.desk = requireNonNull(desk, "desk");
    }

    @Override
    public StreamObserver<StateChunk> upload(StreamObserver<StateReceipt> out) {
        return new Receiving(out);
    }

    /** One upload. The next chunk is read when this one is on its way to the disk. */
    private final class Receiving implements StreamObserver<StateChunk> {
        private final StreamObserver<StateReceipt> out;
        private OutputDesk.@Nullable Upload upload;
        private boolean over;

        Receiving(StreamObserver<StateReceipt> out) {
            this.out = out;
        }

        @Override
        public void onNext(StateChunk chunk) {
            if (over) {
                return;
            }
            try {
                take(chunk);
            } catch (RuntimeException e) {
                fail(Statuses.of(e));
            }
        }

        @Override
        public void onError(Throwable broken) {
            over = true; // The worker sends everything again, or somebody else does.
        }

        @Override
        public void onCompleted() {
            if (over) {
                return;
            }
            try {
                if (upload == null) {
                    throw new IllegalArgumentException("no state came");
                }
                long elements = upload.finish();
                out.onNext(StateReceipt.newBuilder().setElements(elements).build());
                out.onCompleted();
            } catch (RuntimeException e) {
                fail(Statuses.of(e));
            }
        }

        private void take(StateChunk chunk) {
            Fence fence = WorkerMessages.fence(chunk.getFence());
            if (chunk.getValues().size() > Limits.CHUNK_BYTES) {
                throw new IllegalArgumentException(
                        "a chunk has "
                                + chunk.getValues().size()
                                + " bytes, expected at most "
                                + Limits.CHUNK_BYTES);
            }
            if (upload == null) {
                upload = desk.begin(fence, chunk.getStep(), chunk.getIndex());
            }
            if (!upload.isOf(fence, chunk.getStep(), chunk.getIndex())) {
                throw new IllegalArgumentException(
                        "one upload speaks for one fence, step and worker; this chunk is of "
                                + fence
                                + " at step "
                                + chunk.getStep()
                                + " from worker "
                                + chunk.getIndex());
            }
            ByteBuffer values =
                    chunk.getValues().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            upload.write(kind(chunk), chunk.getParameter(), chunk.getOffsetElements(), values);
        }

        private static StateKind kind(StateChunk chunk) {
            return switch (chunk.getKind()) {
                case PARAMETER -> StateKind.PARAMETER;
                case EXP_AVG -> StateKind.EXP_AVG;
                case EXP_AVG_SQ -> StateKind.EXP_AVG_SQ;
                case SERVER_ERROR -> StateKind.SERVER_ERROR;
                case WORKER_ERROR -> StateKind.workerError(chunk.getRank());
                case EXP_AVG_SQ_FRESH -> StateKind.EXP_AVG_SQ_FRESH;
                case LAMB_COEFF_FREEZE -> StateKind.LAMB_COEFF_FREEZE;
                case LAST_FACTOR -> StateKind.LAST_FACTOR;
                case SCALING_COEFF -> StateKind.SCALING_COEFF;
                case UNRECOGNIZED ->
                        throw new IllegalArgumentException(
                                "state of " + chunk.getParameter() + " has no known kind");
            };
        }

        private void fail(Status status) {
            over = true;
            out.onError(status.asRuntimeException());
        }
    }
}
