package shoal.worker.exchange.nccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.jna.Native;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** NVIDIA's own library, which loads and answers without a device. */
final class InstalledNcclTest {
    private final NcclLibrary nccl = load();

    InstalledNcclTest() throws IOException {}

    @Test
    void it_is_new_enough_and_says_errors_in_words() {
        int[] version = new int[1];

        assertThat(nccl.ncclGetVersion(version)).isEqualTo(NcclLibrary.SUCCESS);
        assertThat(version[0]).isGreaterThanOrEqualTo(NcclLibrary.LEAST_VERSION);
        assertThat(nccl.ncclGetErrorString(NcclLibrary.SUCCESS)).isEqualTo("no error");
        assertThat(nccl.ncclGetErrorString(NcclLibrary.IN_PROGRESS))
                .isEqualTo("NCCL operation in progress");
    }

    @Test
    void each_id_is_another() {
        byte[] first = new byte[Nccl.ID_BYTES];
        byte[] second = new byte[Nccl.ID_BYTES];

        assertThat(nccl.ncclGetUniqueId(first)).isEqualTo(NcclLibrary.SUCCESS);
        assertThat(nccl.ncclGetUniqueId(second)).isEqualTo(NcclLibrary.SUCCESS);

        assertThat(HexFormat.of().formatHex(first))
                .isNotEqualTo("00".repeat(Nccl.ID_BYTES))
                .isNotEqualTo(HexFormat.of().formatHex(second));
    }

    @Test
    void without_a_driver_joining_is_an_error_that_is_told_and_no_crash() {
        if (Files.exists(Path.of("/dev/nvidiactl"))) {
            abort("skipped: there is a device here, see RealDevicesTest");
        }
        PointerByReference made = new PointerByReference();
        byte[] id = new byte[Nccl.ID_BYTES];

        int result =
                nccl.ncclCommInitRankConfig(
                        made, 2, new NcclLibrary.UniqueId(id), 0, NcclLibrary.config());

        assertThat(made.getValue()).isNull();
        assertThat(CudaCommunicator.failure(nccl, "ncclCommInitRankConfig", result))
                .hasMessageStartingWith("ncclCommInitRankConfig gave 1 (unhandled cuda error");
    }

    /** That of the loader's path, else of the peer's environment; else skips. */
    private static NcclLibrary load() throws IOException {
        List<String> tried = new ArrayList<>(List.of(NcclLibrary.NAME));
        environment().ifPresent(python -> tried.addAll(wheels(python)));
        for (String name : tried) {
            try {
                return Native.load(name, NcclLibrary.class);
            } catch (UnsatisfiedLinkError notThere) {
                // The next one may be.
            }
        }
        return abort("skipped: no NCCL in " + tried + "; bench/peer.sh installs one with torch");
    }

    /** That of -Dshoal.peer=PYTHON, of SHOAL_PEER_PYTHON, or bench/.venv. */
    private static Optional<Path> environment() {
        Path python =
                Optional.ofNullable(System.getProperty("shoal.peer"))
                        .or(() -> Optional.ofNullable(System.getenv("SHOAL_PEER_PYTHON")))
                        .map(Path::of)
                        .orElse(
                                Path.of(System.getProperty("shoal.root", "."))
                                        .resolve("bench/.venv/bin/python"));
        return Optional.ofNullable(python.toAbsolutePath().getParent()).map(Path::getParent);
    }

    private static List<String> wheels(Path environment) {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> versions =
                Files.newDirectoryStream(environment.resolve("lib"), "python3*")) {
            for (Path version : versions) {
                Path library =
                        version.resolve("site-packages/nvidia/nccl/lib").resolve(NcclLibrary.NAME);
                if (Files.exists(library)) {
                    found.add(library.toString());
                }
            }
        } catch (IOException none) {
            return List.of();
        }
        return found;
    }
}
