package shoal.worker.exchange.nccl;

import static java.util.Objects.requireNonNull;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import shoal.recipe.Problem;
import shoal.recipe.Require;
import shoal.recipe.UserException;

/** A CUDA device of this machine, through the libraries that are installed on it. */
public final class CudaNccl implements Nccl {
    private static final String FLAG = "--device";

    /** What CUDA takes where the environment says nothing (CUDA's programming guide). */
    private static final int CONNECTIONS = 8;

    private static final String CONNECTIONS_VARIABLE = "CUDA_DEVICE_MAX_CONNECTIONS";

    private final CudaDriver cuda;
    private final NcclLibrary nccl;
    private final Pointer context;
    private final String device;

    /**
     * Where the libraries are.
     *
     * @param cuda name or path of the driver's library
     * @param nccl name or path of NCCL
     */
    record Libraries(String cuda, String nccl) {
        Libraries {
            requireNonNull(cuda, "cuda");
            requireNonNull(nccl, "nccl");
        }

        static Libraries installed() {
            return new Libraries(CudaDriver.NAME, NcclLibrary.NAME);
        }
    }

    private CudaNccl(CudaDriver cuda, NcclLibrary nccl, Pointer context, String device) {
        this.cuda = cuda;
        this.nccl = nccl;
        this.context = context;
        this.device = device;
    }

    /**
     * Opens a device for the life of the process.
     *
     * @param ordinal as CUDA counts those that it shows to this process
     * @throws UserException if a library or the device is missing, naming all that is
     */
    public static CudaNccl open(int ordinal) {
        return open(ordinal, Libraries.installed());
    }

    static CudaNccl open(int ordinal, Libraries libraries) {
        Require.atLeast("ordinal", ordinal, 0);
        List<Problem> problems = new ArrayList<>();
        Optional<CudaDriver> cuda =
                load(
                        libraries.cuda(),
                        CudaDriver.class,
                        "which comes with NVIDIA's driver. Install that",
                        problems);
        Optional<NcclLibrary> nccl =
                load(
                        libraries.nccl(),
                        NcclLibrary.class,
                        "which is NCCL 2.17 or newer. Install it, or add its folder to"
                                + " LD_LIBRARY_PATH",
                        problems);
        if (cuda.isEmpty() || nccl.isEmpty()) {
            throw new UserException(problems);
        }
        requireVersion(nccl.get());
        int handle = device(cuda.get(), ordinal);
        PointerByReference context = new PointerByReference();
        byte[] uuid = new byte[16];
        CudaResults results = new CudaResults(cuda.get());
        try {
            results.require("cuDeviceGetUuid", cuda.get().cuDeviceGetUuid_v2(uuid, handle));
            results.require(
                    "cuDevicePrimaryCtxRetain",
                    cuda.get().cuDevicePrimaryCtxRetain(context, handle));
        } catch (NcclException e) {
            throw refused("is cuda:" + ordinal + ", which cannot be used: " + e.getMessage());
        }
        return new CudaNccl(cuda.get(), nccl.get(), context.getValue(), name(uuid));
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public int transfersAtOnce() {
        String said = System.getenv(CONNECTIONS_VARIABLE);
        return said == null || !said.matches("[1-9]\\d?") ? CONNECTIONS : Integer.parseInt(said);
    }

    @Override
    public byte[] uniqueId() throws NcclException {
        byte[] id = new byte[ID_BYTES];
        int result = nccl.ncclGetUniqueId(id);
        if (result != NcclLibrary.SUCCESS) {
            throw CudaCommunicator.failure(nccl, "ncclGetUniqueId", result);
        }
        return id;
    }

    @Override
    public Communicator join(byte[] id, int rank, int stagingBytes, long millis)
            throws NcclException, InterruptedException {
        Require.range("id", id.length, ID_BYTES, ID_BYTES);
        Require.range("rank", rank, 0, 1);
        Require.atLeast("stagingBytes", stagingBytes, 1);
        CudaStaging staging = CudaStaging.allocate(cuda, context, stagingBytes);
        return CudaCommunicator.join(nccl, staging, id, rank, millis);
    }

    private static <T extends Library> Optional<T> load(
            String name, Class<T> functions, String remedy, List<Problem> problems) {
        try {
            return Optional.of(Native.load(name, functions));
        } catch (UnsatisfiedLinkError e) {
            String why = String.valueOf(e.getMessage()).lines().skip(1).findFirst().orElse("");
            problems.add(
                    new Problem(
                            FLAG,
                            "needs "
                                    + name
                                    + ", "
                                    + remedy
                                    + ", or leave --device out. The loader says: "
                                    + why));
            return Optional.empty();
        }
    }

    private static void requireVersion(NcclLibrary nccl) {
        int[] version = new int[1];
        int result = nccl.ncclGetVersion(version);
        if (result != NcclLibrary.SUCCESS || version[0] < NcclLibrary.LEAST_VERSION) {
            throw refused(
                    "needs NCCL 2.17 or newer (version code "
                            + NcclLibrary.LEAST_VERSION
                            + "), but "
                            + NcclLibrary.NAME
                            + " is "
                            + version[0]);
        }
    }

    private static int device(CudaDriver cuda, int ordinal) {
        CudaResults results = new CudaResults(cuda);
        int[] count = new int[1];
        int[] handle = new int[1];
        try {
            results.require("cuInit", cuda.cuInit(0));
            results.require("cuDeviceGetCount", cuda.cuDeviceGetCount(count));
        } catch (NcclException e) {
            throw refused("is cuda:" + ordinal + ", but no device is there: " + e.getMessage());
        }
        if (ordinal >= count[0]) {
            throw refused(
                    "is cuda:"
                            + ordinal
                            + ", but CUDA shows "
                            + count[0]
                            + " devices to this process, counted from 0 (CUDA_VISIBLE_DEVICES"
                            + " chooses which)");
        }
        try {
            results.require("cuDeviceGet", cuda.cuDeviceGet(handle, ordinal));
        } catch (NcclException e) {
            throw refused("is cuda:" + ordinal + ", which cannot be used: " + e.getMessage());
        }
        return handle[0];
    }

    /** As nvidia-smi writes it. */
    static String name(byte[] uuid) {
        String hex = HexFormat.of().formatHex(uuid);
        return "GPU-"
                + String.join(
                        "-",
                        hex.substring(0, 8),
                        hex.substring(8, 12),
                        hex.substring(12, 16),
                        hex.substring(16, 20),
                        hex.substring(20));
    }

    private static UserException refused(String why) {
        return new UserException(FLAG, why + ". Name another device, or leave --device out.");
    }
}
