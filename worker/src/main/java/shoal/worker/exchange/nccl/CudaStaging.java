package shoal.worker.exchange.nccl;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.recipe.Require;

/**
 * Host memory that the device reaches, as much of the device's own, and a stream that copies
 * between them. Whoever uses it keeps threads apart and does not use it after {@link #free}.
 */
final class CudaStaging {
    private static final Logger LOG = LoggerFactory.getLogger(CudaStaging.class);

    private final CudaDriver cuda;
    private final CudaResults results;
    private final Pointer context;
    private final int sizeBytes;
    private @Nullable Pointer host;
    private @Nullable Pointer stream;
    private long deviceAddress;

    private CudaStaging(CudaDriver cuda, Pointer context, int sizeBytes) {
        this.cuda = cuda;
        this.results = new CudaResults(cuda);
        this.context = context;
        this.sizeBytes = sizeBytes;
    }

    /**
     * Takes the memory.
     *
     * @throws NcclException if there is not as much
     */
    static CudaStaging allocate(CudaDriver cuda, Pointer context, int sizeBytes)
            throws NcclException {
        CudaStaging staging = new CudaStaging(cuda, context, sizeBytes);
        try {
            staging.allocate();
            return staging;
        } catch (NcclException e) {
            staging.free();
            throw e;
        }
    }

    /** Makes the device that of the calling thread. */
    void enter() throws NcclException {
        results.require("cuCtxSetCurrent", cuda.cuCtxSetCurrent(context));
    }

    /** Copies values in and queues their way to the device; says where they will be there. */
    long toDevice(int offsetBytes, ByteBuffer values) throws NcclException {
        int length = values.remaining();
        view(offsetBytes, length).put(values.duplicate());
        results.require(
                "cuMemcpyHtoDAsync",
                cuda.cuMemcpyHtoDAsync_v2(
                        address(offsetBytes), host(offsetBytes), length, stream()));
        return address(offsetBytes);
    }

    /** Queues the way back. */
    void toHost(int offsetBytes, int length) throws NcclException {
        results.require(
                "cuMemcpyDtoHAsync",
                cuda.cuMemcpyDtoHAsync_v2(
                        host(offsetBytes), address(offsetBytes), length, stream()));
    }

    void read(int offsetBytes, ByteBuffer target) {
        target.put(view(offsetBytes, target.remaining()));
    }

    /** Whether all that was queued is done. */
    boolean idle() throws NcclException {
        int result = cuda.cuStreamQuery(stream());
        if (result == CudaDriver.NOT_READY) {
            return false;
        }
        results.require("cuStreamQuery", result);
        return true;
    }

    int sizeBytes() {
        return sizeBytes;
    }

    Pointer stream() {
        return Objects.requireNonNull(stream, "stream");
    }

    /** Where a part begins on the device. */
    long address(int offsetBytes) {
        return deviceAddress + offsetBytes;
    }

    /** Checks a part's place. */
    void requireInside(int offsetBytes, int length) {
        Require.range("length", length, 1, sizeBytes);
        Objects.checkFromIndexSize(offsetBytes, length, sizeBytes);
    }

    /** Gives everything back, once what is under way has ended; on a thread that has entered. */
    void free() {
        if (stream != null) {
            tell("cuStreamSynchronize", cuda.cuStreamSynchronize(stream));
            tell("cuStreamDestroy", cuda.cuStreamDestroy_v2(stream));
            stream = null;
        }
        if (deviceAddress != 0) {
            tell("cuMemFree", cuda.cuMemFree_v2(deviceAddress));
            deviceAddress = 0;
        }
        if (host != null) {
            tell("cuMemFreeHost", cuda.cuMemFreeHost(host));
            host = null;
        }
    }

    private void allocate() throws NcclException {
        enter();
        PointerByReference made = new PointerByReference();
        results.require("cuMemHostAlloc", cuda.cuMemHostAlloc(made, sizeBytes, 0));
        host = made.getValue();
        long[] address = new long[1];
        results.require("cuMemAlloc", cuda.cuMemAlloc_v2(address, sizeBytes));
        deviceAddress = address[0];
        results.require(
                "cuStreamCreate", cuda.cuStreamCreate(made, CudaDriver.STREAM_NON_BLOCKING));
        stream = made.getValue();
    }

    private ByteBuffer view(int offsetBytes, int length) {
        return host(offsetBytes).getByteBuffer(0, length);
    }

    private Pointer host(int offsetBytes) {
        return Objects.requireNonNull(host, "host").share(offsetBytes);
    }

    private void tell(String call, int result) {
        try {
            results.require(call, result);
        } catch (NcclException e) {
            LOG.warn("staging memory is not given back in full: {}", e.getMessage());
        }
    }
}
