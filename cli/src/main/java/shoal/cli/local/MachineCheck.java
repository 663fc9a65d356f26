package shoal.cli.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import shoal.cli.client.Check;
import shoal.engine.djl.Libtorch;
import shoal.engine.djl.LibtorchFolder;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;
import shoal.worker.exchange.nccl.CudaDevices;

/** Looks at what this machine computes with, without a coordinator or a run. */
public final class MachineCheck {
    private MachineCheck() {}

    /**
     * What was found.
     *
     * @param named the libtorch to look at; empty: the bundled one
     */
    public static List<Check> of(Optional<LibtorchFolder> named, Map<String, String> environment) {
        named.ifPresent(LibtorchFolder::use);
        List<Check> checks = new ArrayList<>();
        checks.add(libtorch(named));
        if (named.isEmpty()) {
            unused(environment).ifPresent(checks::add);
        }
        checks.add(cpu(Processor.ofThisMachine()));
        checks.addAll(devices(CudaDevices.ofThisMachine()));
        return checks;
    }

    private static Check libtorch(Optional<LibtorchFolder> named) {
        try {
            Path folder = Libtorch.folder();
            return new Check(
                    "libtorch",
                    true,
                    named.map(LibtorchFolder::words)
                            .orElseGet(
                                    () ->
                                            LibtorchFolder.supportedVersion()
                                                    + " (cpu), the bundled one, in "
                                                    + folder));
        } catch (UserException | MachineException e) {
            return new Check("libtorch", false, String.valueOf(e.getMessage()));
        }
    }

    /** A virtual environment whose torch is not taken. */
    private static Optional<Check> unused(Map<String, String> environment) {
        return LibtorchFolder.ofVirtualEnvironment(environment)
                .map(
                        torch ->
                                new Check(
                                        "torch",
                                        true,
                                        torch
                                                + " of the active virtual environment is not used:"
                                                + " it is not torch "
                                                + LibtorchFolder.supportedVersion()));
    }

    static Check cpu(Processor processor) {
        int cores = Runtime.getRuntime().availableProcessors();
        String words = processor.model() + ", " + cores + " usable cores: " + processor.abilities();
        return new Check(
                "cpu",
                processor.isFast(),
                words + (processor.isFast() ? "" : ". Runs take several times as long on it"));
    }

    static List<Check> devices(CudaDevices found) {
        if (found.devices().isEmpty()) {
            String why = found.trouble().isEmpty() ? "the driver shows none" : found.trouble();
            return List.of(new Check("gpu", true, "none: " + why + ". Shoal computes on the CPU"));
        }
        List<Check> checks = new ArrayList<>();
        for (CudaDevices.Device each : found.devices()) {
            checks.add(
                    new Check(
                            "cuda:" + each.ordinal(),
                            true,
                            String.format(
                                    Locale.ROOT,
                                    "%s, %.1f GiB, driver for CUDA %s, compute capability %s, %s",
                                    each.name(),
                                    each.memoryBytes() / (double) (1L << 30),
                                    found.cuda(),
                                    each.computeCapability(),
                                    each.uuid())));
        }
        if (!found.trouble().isEmpty()) {
            checks.add(new Check("gpu", false, "not all devices answer: " + found.trouble()));
        }
        return checks;
    }
}
