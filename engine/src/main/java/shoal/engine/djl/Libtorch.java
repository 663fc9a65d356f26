package shoal.engine.djl;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Utils;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import shoal.recipe.MachineException;
import shoal.recipe.Problem;
import shoal.recipe.UserException;

/**
 * The libtorch of this process: loaded once, and not again after trouble.
 *
 * <p>From any thread.
 */
public final class Libtorch {
    private Libtorch() {}

    /**
     * Loads it, unless it is: the one that {@link LibtorchFolder#use} named, else the bundled one.
     *
     * @throws UserException with all that is known, at each call, if it cannot be loaded
     * @throws MachineException if that is because a disk is full or the like
     */
    public static void load() {
        Optional<RuntimeException> trouble = Loaded.TROUBLE;
        if (trouble.isPresent()) {
            throw again(trouble.get());
        }
    }

    /** Where it was loaded from. */
    public static Path folder() {
        load();
        return Path.of(LibUtils.getLibtorchPath());
    }

    /** Each waiter gets a trace of its own. */
    private static RuntimeException again(RuntimeException first) {
        return first instanceof UserException user ? new UserException(user.problems()) : first;
    }

    /** Made by the first call, once in the life of the process. */
    private static final class Loaded {
        static final Optional<RuntimeException> TROUBLE = attempt();

        private static Optional<RuntimeException> attempt() {
            try {
                Engine.getEngine("PyTorch");
                return Optional.empty();
            } catch (RuntimeException | LinkageError | AssertionError e) {
                return Optional.of(inWords(e));
            }
        }

        private static RuntimeException inWords(Throwable e) {
            Optional<MachineException> machine = MachineException.behind(e);
            if (machine.isPresent()) {
                return machine.get();
            }
            Optional<String> named = LibtorchFolder.inUse();
            String remedy =
                    named.isPresent()
                            ? "Name the folder of another torch "
                                    + LibtorchFolder.supportedVersion()
                                    + " with --libtorch DIR, or leave it out for the bundled one."
                            : "It is unpacked below "
                                    + Utils.getEngineCacheDir("pytorch")
                                    + "; remove that folder, and the next start unpacks it again.";
            return new UserException(
                    List.of(
                            new Problem(
                                    "libtorch" + named.map(folder -> " " + folder).orElse(""),
                                    "cannot be loaded: " + root(e) + ". " + remedy)));
        }

        /** The innermost exception says which library the loader refused, and why. */
        private static String root(Throwable e) {
            Throwable cause = e;
            for (int depth = 0; cause.getCause() != null && depth < 20; depth++) {
                cause = cause.getCause();
            }
            String message = cause.getMessage();
            return message == null || message.isBlank() ? cause.toString() : message.strip();
        }
    }
}
