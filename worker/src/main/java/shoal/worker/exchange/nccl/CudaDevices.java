package shoal.worker.exchange.nccl;

import static java.util.Objects.requireNonNull;

import com.sun.jna.Native;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The CUDA devices that this process sees, by the driver's own account.
 *
 * @param cuda the newest CUDA that the driver knows, such as 12.8; empty without a driver
 * @param devices by ordinal
 * @param trouble why there are none, or not all; empty if all is well
 */
public record CudaDevices(String cuda, List<Device> devices, String trouble) {
    private static final int NAME_BYTES = 256;

    /**
     * One of them.
     *
     * @param ordinal as in cuda:N
     * @param name of its kind
     * @param memoryBytes in all
     * @param computeCapability such as 9.0
     * @param uuid as nvidia-smi writes it
     */
    public record Device(
            int ordinal, String name, long memoryBytes, String computeCapability, String uuid) {
        public Device {
            requireNonNull(name, "name");
            requireNonNull(computeCapability, "computeCapability");
            requireNonNull(uuid, "uuid");
        }
    }

    public CudaDevices {
        requireNonNull(cuda, "cuda");
        devices = List.copyOf(devices);
        requireNonNull(trouble, "trouble");
    }

    /** Asks the installed driver. Takes some tenths of a second where there is a device. */
    public static CudaDevices ofThisMachine() {
        return by(CudaDriver.NAME);
    }

    static CudaDevices by(String library) {
        CudaDriver driver;
        try {
            driver = Native.load(library, CudaDriver.class);
        } catch (UnsatisfiedLinkError e) {
            return new CudaDevices(
                    "", List.of(), library + ", which comes with NVIDIA's driver, is not there");
        }
        CudaResults results = new CudaResults(driver);
        List<Device> devices = new ArrayList<>();
        String cuda = "";
        try {
            int[] number = new int[1];
            results.require("cuDriverGetVersion", driver.cuDriverGetVersion(number));
            cuda = number[0] / 1000 + "." + number[0] % 1000 / 10;
            results.require("cuInit", driver.cuInit(0));
            results.require("cuDeviceGetCount", driver.cuDeviceGetCount(number));
            int count = number[0];
            for (int ordinal = 0; ordinal < count; ordinal++) {
                devices.add(device(driver, results, ordinal));
            }
            return new CudaDevices(cuda, devices, "");
        } catch (NcclException e) {
            return new CudaDevices(cuda, devices, String.valueOf(e.getMessage()));
        }
    }

    private static Device device(CudaDriver driver, CudaResults results, int ordinal)
            throws NcclException {
        int[] handle = new int[1];
        byte[] name = new byte[NAME_BYTES];
        byte[] uuid = new byte[16];
        long[] memory = new long[1];
        results.require("cuDeviceGet", driver.cuDeviceGet(handle, ordinal));
        results.require("cuDeviceGetName", driver.cuDeviceGetName(name, name.length, handle[0]));
        results.require("cuDeviceTotalMem", driver.cuDeviceTotalMem_v2(memory, handle[0]));
        results.require("cuDeviceGetUuid", driver.cuDeviceGetUuid_v2(uuid, handle[0]));
        return new Device(
                ordinal,
                text(name),
                memory[0],
                attribute(driver, results, CudaDriver.COMPUTE_CAPABILITY_MAJOR, handle[0])
                        + "."
                        + attribute(
                                driver, results, CudaDriver.COMPUTE_CAPABILITY_MINOR, handle[0]),
                CudaNccl.name(uuid));
    }

    private static int attribute(CudaDriver driver, CudaResults results, int attribute, int device)
            throws NcclException {
        int[] value = new int[1];
        results.require(
                "cuDeviceGetAttribute", driver.cuDeviceGetAttribute(value, attribute, device));
        return value[0];
    }

    private static String text(byte[] ended) {
        int length = 0;
        while (length < ended.length && ended[length] != 0) {
            length++;
        }
        return new String(ended, 0, length, StandardCharsets.UTF_8);
    }
}
