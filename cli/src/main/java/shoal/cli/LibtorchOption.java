package shoal.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import shoal.engine.djl.LibtorchFolder;

/** Which libtorch computes. */
final class LibtorchOption {
    @Option(
            names = "--libtorch",
            paramLabel = "DIR",
            description =
                    "The lib folder of an installed torch that computes in place of the bundled"
                            + " one; else $SHOAL_LIBTORCH, else torch of an active virtual"
                            + " environment.")
    private @Nullable String folder;

    /** The one that was named; empty: the bundled one. */
    Optional<LibtorchFolder> named(CommandContext context) {
        return LibtorchFolder.named(
                Optional.ofNullable(folder), context.environment(), context.workingDirectory());
    }

    /** From now on this process loads it. */
    void use(CommandContext context) {
        named(context).ifPresent(LibtorchFolder::use);
    }
}
