package shoal.worker.exchange.nccl;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/**
 * What is used of CUDA's driver API, as cuda.h declares it (11.4 and later). The driver's library
 * is enough: no toolkit need be installed.
 */
interface CudaDriver extends Library {
    String NAME = "libcuda.so.1";

    /** CUresult */
    int SUCCESS = 0;

    /** CUresult of a stream that has work left */
    int NOT_READY = 600;

    /** CUstream_flags: does not wait for the default stream */
    int STREAM_NON_BLOCKING = 1;

    int cuInit(int flags);

    int cuGetErrorName(int result, PointerByReference name);

    int cuDeviceGetCount(int[] count);

    int cuDeviceGet(int[] device, int ordinal);

    /** CUdevice_attribute: the two numbers of the compute capability */
    int COMPUTE_CAPABILITY_MAJOR = 75;

    int COMPUTE_CAPABILITY_MINOR = 76;

    /** Gives 1000 x major + 10 x minor of the newest CUDA that the driver knows. */
    int cuDriverGetVersion(int[] version);

    /** Fills the buffer with a text that a zero ends. */
    int cuDeviceGetName(byte[] name, int length, int device);

    int cuDeviceTotalMem_v2(long[] sizeBytes, int device);

    int cuDeviceGetAttribute(int[] value, int attribute, int device);

    /** Fills 16 bytes. */
    int cuDeviceGetUuid_v2(byte[] uuid, int device);

    int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

    int cuCtxSetCurrent(Pointer context);

    int cuMemAlloc_v2(long[] deviceAddress, long sizeBytes);

    int cuMemFree_v2(long deviceAddress);

    int cuMemHostAlloc(PointerByReference host, long sizeBytes, int flags);

    int cuMemFreeHost(Pointer host);

    int cuStreamCreate(PointerByReference stream, int flags);

    int cuStreamQuery(Pointer stream);

    int cuStreamSynchronize(Pointer stream);

    int cuStreamDestroy_v2(Pointer stream);

    int cuMemcpyHtoDAsync_v2(long deviceAddress, Pointer host, long sizeBytes, Pointer stream);

    int cuMemcpyDtoHAsync_v2(Pointer host, long deviceAddress, long sizeBytes, Pointer stream);
}
