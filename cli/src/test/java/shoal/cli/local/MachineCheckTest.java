package shoal.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.cli.client.Check;
import shoal.worker.exchange.nccl.CudaDevices;

/** How a machine's parts are told. */
final class MachineCheckTest {
    @Test
    void a_processor_is_told_by_its_name_and_what_it_has_and_lacks() {
        Processor old = Processor.of("model name\t: Old One");
        Processor amx =
                Processor.of(
                        """
                        model name : Xeon
                        flags : fpu avx2 avx512f avx512_bf16 amx_bf16
                        model name : Other
                        flags : fpu
                        """);

        assertThat(MachineCheck.cpu(amx).good()).isTrue();
        assertThat(MachineCheck.cpu(amx).words())
                .startsWith("Xeon, ")
                .endsWith("usable cores: has AVX2, AVX-512, BF16, AMX");
        assertThat(MachineCheck.cpu(old).good()).isFalse();
        assertThat(MachineCheck.cpu(old).words())
                .contains("Old One", "lacks AVX2, AVX-512, BF16, AMX", "several times as long");
        assertThat(Processor.of("").model()).isEqualTo("unknown");
    }

    @Test
    void devices_are_told_one_by_one_or_why_there_are_none() {
        CudaDevices.Device device =
                new CudaDevices.Device(1, "NVIDIA H200", 150L << 30, "9.0", "GPU-0123");

        assertThat(MachineCheck.devices(new CudaDevices("12.8", List.of(device), "")))
                .containsExactly(
                        new Check(
                                "cuda:1",
                                true,
                                "NVIDIA H200, 150.0 GiB, driver for CUDA 12.8, compute capability"
                                        + " 9.0, GPU-0123"));
        assertThat(MachineCheck.devices(new CudaDevices("", List.of(), "libcuda is not there")))
                .containsExactly(
                        new Check(
                                "gpu",
                                true,
                                "none: libcuda is not there. Shoal computes on the CPU"));
        assertThat(MachineCheck.devices(new CudaDevices("12.8", List.of(device), "one fell off")))
                .last()
                .isEqualTo(new Check("gpu", false, "not all devices answer: one fell off"));
    }
}
