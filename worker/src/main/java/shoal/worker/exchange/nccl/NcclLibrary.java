package shoal.worker.exchange.nccl;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What is used of NCCL, as nccl.h declares it (2.17 and later). size_t and device pointers are
 * {@code long}: Shoal runs on x86_64.
 */
interface NcclLibrary extends Library {
    String NAME = "libnccl.so.2";

    /** ncclResult_t */
    int SUCCESS = 0;

    /** ncclResult_t */
    int IN_PROGRESS = 7;

    /** ncclDataType_t of bytes */
    int UINT8 = 1;

    /** The first version whose ncclConfig_t has the fields of {@link #config}. */
    int LEAST_VERSION = 21_700;

    /** ncclUniqueId, which is passed by value. */
    @Structure.FieldOrder("internal")
    final class UniqueId extends Structure implements Structure.ByValue {
        /** Public for JNA. */
        public byte[] internal = new byte[Nccl.ID_BYTES];

        UniqueId(byte[] id) {
            System.arraycopy(id, 0, internal, 0, internal.length);
        }
    }

    int ncclGetVersion(int[] version);

    String ncclGetErrorString(int result);

    /** What was wrong last in this process, in words; the communicator is not looked at. */
    String ncclGetLastError(@Nullable Pointer communicator);

    int ncclGetUniqueId(byte[] id);

    int ncclCommInitRankConfig(
            PointerByReference communicator, int ranks, UniqueId id, int rank, byte[] config);

    int ncclCommGetAsyncError(Pointer communicator, int[] result);

    int ncclCommAbort(Pointer communicator);

    int ncclSend(
            long deviceAddress,
            long count,
            int type,
            int peer,
            Pointer communicator,
            Pointer stream);

    int ncclRecv(
            long deviceAddress,
            long count,
            int type,
            int peer,
            Pointer communicator,
            Pointer stream);

    /**
     * An ncclConfig_t as of 2.17, whose size tells later versions that the rest is theirs to
     * choose. Calls do not block, so that they can be given up; one block of the device serves a
     * communicator, so that those of all peers fit beside each other.
     */
    static byte[] config() {
        int undefined = Integer.MIN_VALUE;
        ByteBuffer config = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        config.putLong(config.capacity()).putInt(0xcafebeef).putInt(LEAST_VERSION);
        config.putInt(0); // blocking
        config.putInt(undefined); // cgaClusterSize
        config.putInt(1).putInt(1); // minCTAs, maxCTAs
        config.putLong(0); // netName
        return config.array();
    }
}
