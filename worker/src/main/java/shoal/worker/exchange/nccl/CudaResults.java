package shoal.worker.exchange.nccl;

import com.sun.jna.ptr.PointerByReference;

/** Makes exceptions of CUDA's results. */
record CudaResults(CudaDriver cuda) {
    void require(String call, int result) throws NcclException {
        if (result != CudaDriver.SUCCESS) {
            throw new NcclException(call + " gave " + result + nameOf(result));
        }
    }

    private String nameOf(int result) {
        PointerByReference name = new PointerByReference();
        return cuda.cuGetErrorName(result, name) == CudaDriver.SUCCESS && name.getValue() != null
                ? " (" + name.getValue().getString(0) + ")"
                : "";
    }
}
