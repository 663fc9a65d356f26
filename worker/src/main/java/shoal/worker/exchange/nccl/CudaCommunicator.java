package shoal.worker.exchange.nccl;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A communicator of NCCL that never blocks: calls are begun and then asked after, so that {@link
 * #close} can end them. No native call is made while another one is, or after the end.
 */
final class CudaCommunicator implements Communicator {
    private static final Logger LOG = LoggerFactory.getLogger(CudaCommunicator.class);

    /** Between two looks: as long as a small transfer. */
    private static final long LOOK_NANOS = 20_000;

    private final NcclLibrary nccl;
    private final CudaStaging staging; // guarded by this
    private final Pointer communicator; // guarded by this
    private final int rank;
    private boolean closed; // guarded by this

    private CudaCommunicator(
            NcclLibrary nccl, CudaStaging staging, Pointer communicator, int rank) {
        this.nccl = nccl;
        this.staging = staging;
        this.communicator = communicator;
        this.rank = rank;
    }

    /** Joins; the staging memory is the communicator's from now on, and freed with it. */
    static CudaCommunicator join(
            NcclLibrary nccl, CudaStaging staging, byte[] id, int rank, long millis)
            throws NcclException, InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        CudaCommunicator joined = begin(nccl, staging, id, rank);
        try {
            joined.settle(endNanos);
            joined.greet(id, endNanos);
            return joined;
        } catch (NcclException | InterruptedException | RuntimeException e) {
            joined.close();
            throw e;
        }
    }

    @Override
    public void send(int offsetBytes, ByteBuffer values) throws NcclException {
        beginSend(offsetBytes, values);
        settle();
    }

    @Override
    public void receive(int offsetBytes, int sizeBytes) throws NcclException {
        beginReceive(offsetBytes, sizeBytes);
        settle();
        endReceive(offsetBytes, sizeBytes);
    }

    @Override
    public void await() throws NcclException, InterruptedException {
        while (!idle()) {
            pause();
        }
    }

    @Override
    public synchronized void read(int offsetBytes, ByteBuffer target) throws NcclException {
        requireOpen();
        staging.requireInside(offsetBytes, target.remaining());
        staging.read(offsetBytes, target);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        try {
            staging.enter();
        } catch (NcclException e) {
            LOG.warn("a communicator is not freed: {}", e.getMessage());
        }
        closed = true;
        nccl.ncclCommAbort(communicator); // whatever it says, nothing more can be done with it
        staging.free();
    }

    /** What a result of NCCL means. */
    static NcclException failure(NcclLibrary nccl, String call, int result) {
        String last = String.valueOf(nccl.ncclGetLastError(null)).strip();
        return new NcclException(
                call
                        + " gave "
                        + result
                        + " ("
                        + nccl.ncclGetErrorString(result)
                        + (last.isEmpty() ? ")" : "; " + last + ")"));
    }

    private static CudaCommunicator begin(
            NcclLibrary nccl, CudaStaging staging, byte[] id, int rank) throws NcclException {
        try {
            staging.enter();
            PointerByReference made = new PointerByReference();
            int result =
                    nccl.ncclCommInitRankConfig(
                            made, 2, new NcclLibrary.UniqueId(id), rank, NcclLibrary.config());
            Pointer communicator = made.getValue();
            if (communicator == null || !isGood(result)) {
                throw failure(nccl, "ncclCommInitRankConfig", result);
            }
            return new CudaCommunicator(nccl, staging, communicator, rank);
        } catch (NcclException e) {
            staging.free();
            throw e;
        }
    }

    /**
     * The first transfer, in which NCCL connects the two: later ones wait for nobody. The id is
     * sent, so that what arrives can be told from what was in memory before.
     */
    private void greet(byte[] id, long endNanos) throws NcclException, InterruptedException {
        ByteBuffer greeting = ByteBuffer.wrap(id, 0, Math.min(id.length, staging.sizeBytes()));
        if (rank == 0) {
            beginSend(0, greeting);
            settle(endNanos);
        } else {
            beginReceive(0, greeting.remaining());
            settle(endNanos);
            endReceive(0, greeting.remaining());
        }
        while (!idle()) {
            pauseUntil(endNanos);
        }
        ByteBuffer arrived = ByteBuffer.allocate(greeting.remaining());
        read(0, arrived);
        if (!arrived.flip().equals(greeting)) {
            throw new NcclException("a first transfer did not arrive as it was sent");
        }
    }

    private synchronized void beginSend(int offsetBytes, ByteBuffer values) throws NcclException {
        enter(0);
        int length = values.remaining();
        staging.requireInside(offsetBytes, length);
        long from = staging.toDevice(offsetBytes, values);
        begun(
                "ncclSend",
                nccl.ncclSend(from, length, NcclLibrary.UINT8, 1, communicator, staging.stream()));
    }

    private synchronized void beginReceive(int offsetBytes, int sizeBytes) throws NcclException {
        enter(1);
        staging.requireInside(offsetBytes, sizeBytes);
        long to = staging.address(offsetBytes);
        begun(
                "ncclRecv",
                nccl.ncclRecv(to, sizeBytes, NcclLibrary.UINT8, 0, communicator, staging.stream()));
    }

    private synchronized void endReceive(int offsetBytes, int sizeBytes) throws NcclException {
        enter(1);
        staging.toHost(offsetBytes, sizeBytes);
    }

    private void enter(int as) throws NcclException {
        if (rank != as) {
            throw new IllegalStateException("rank " + rank + " does what rank " + as + " does");
        }
        requireOpen();
        staging.enter();
    }

    private void requireOpen() throws NcclException {
        if (closed) {
            throw new NcclException("the communicator is closed");
        }
    }

    private void begun(String call, int result) throws NcclException {
        if (!isGood(result)) {
            throw failure(nccl, call, result);
        }
    }

    private static boolean isGood(int result) {
        return result == NcclLibrary.SUCCESS || result == NcclLibrary.IN_PROGRESS;
    }

    /** Whether the call begun last is done, so that the next one may be made. */
    private synchronized boolean settled() throws NcclException {
        enter(rank);
        int[] state = new int[1];
        begun("ncclCommGetAsyncError", nccl.ncclCommGetAsyncError(communicator, state));
        begun("NCCL", state[0]);
        return state[0] == NcclLibrary.SUCCESS;
    }

    /** Waits for the call begun last, which waits for nobody else any more. */
    private void settle() throws NcclException {
        boolean interrupted = false;
        try {
            while (!settled()) {
                LockSupport.parkNanos(LOOK_NANOS);
                interrupted |= Thread.interrupted(); // else it would not park again
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void settle(long endNanos) throws NcclException, InterruptedException {
        while (!settled()) {
            pauseUntil(endNanos);
        }
    }

    private synchronized boolean idle() throws NcclException {
        return settled() && staging.idle();
    }

    private static void pauseUntil(long endNanos) throws NcclException, InterruptedException {
        if (System.nanoTime() - endNanos > 0) {
            throw new NcclException("the other worker has not joined its communicator in time");
        }
        pause();
    }

    private static void pause() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        LockSupport.parkNanos(LOOK_NANOS);
    }
}
