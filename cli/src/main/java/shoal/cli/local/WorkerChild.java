package shoal.cli.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import shoal.cli.outcome.FileTrees;
import shoal.engine.OperatorHash;
import shoal.engine.djl.DjlEngine;
import shoal.engine.djl.LibtorchFolder;
import shoal.recipe.ErrorCode;
import shoal.recipe.UserException;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Token;
import shoal.worker.Worker;
import shoal.worker.WorkerSettings;

/**
 * The main class of a worker that {@code shoal train} starts as its child.
 *
 * <p>Its standard input is the parent's end of a pipe. One line arrives when the coordinator
 * listens; the end of the input means that the parent has ended, however it did: then this process
 * removes the private folder, which a killed parent could not, and ends at once.
 */
public final class WorkerChild {
    /** Its user is the run's, who may offload to any folder of theirs. */
    private static final Path ANYWHERE = Path.of("/");

    /** Begins each line of why this process ends for what its user gave. */
    static final String REFUSAL = "shoal: ";

    private WorkerChild() {}

    /**
     * The first argument is the private folder that this process removes at the end, the second one
     * the name of its own folder there.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        LibtorchFolder.named(Optional.empty(), System.getenv(), directory)
                .ifPresent(LibtorchFolder::use);
        // The parent reads its data meanwhile; the run then starts a second earlier.
        FutureTask<List<OperatorHash>> probe = new FutureTask<>(DjlEngine::probe);
        Thread probing = new Thread(probe, "probe");
        probing.setDaemon(true);
        probing.start();
        BufferedReader parent =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = parent.readLine();
        if (line == null) {
            end(directory);
            return;
        }
        Thread watch = new Thread(() -> awaitParentsEnd(parent, directory), "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Order order = Order.parse(line);
        Token token = new Token(Files.readString(order.tokenFile()).strip());
        WorkerSettings settings =
                new WorkerSettings(
                        new Access(order.coordinator(), token),
                        directory.resolve(args[1]),
                        order.lanes(),
                        ANYWHERE);
        try (Worker worker = Worker.startProbed(settings, () -> awaited(probe))) {
            worker.awaitEnd();
        } catch (UserException refused) {
            refused.problems().forEach(each -> System.err.println(REFUSAL + each));
            Runtime.getRuntime().halt(ErrorCode.USER.exitCode());
        }
    }

    private static List<OperatorHash> awaited(Future<List<OperatorHash>> probe) {
        try {
            return probe.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UserException refused) {
                throw refused;
            }
            throw new IllegalStateException("the operators of this machine cannot be probed", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("the operators of this machine cannot be probed", e);
        }
    }

    /**
     * What the parent's one line says, separated by tabs.
     *
     * @param coordinator where to dial
     * @param tokenFile of scope worker
     * @param lanes compute threads, 0 = usable cores
     */
    record Order(HostPort coordinator, Path tokenFile, int lanes) {
        static Order parse(String line) {
            String[] parts = line.split("\t", 3);
            return new Order(
                    HostPort.parse(parts[0]), Path.of(parts[2]), Integer.parseInt(parts[1]));
        }

        String line() {
            return coordinator + "\t" + lanes + "\t" + tokenFile;
        }
    }

    private static void awaitParentsEnd(BufferedReader parent, Path directory) {
        try {
            while (parent.readLine() != null) {
                // The parent says nothing more; only the end counts.
            }
        } catch (IOException broken) {
            // A broken pipe is an end, too.
        }
        end(directory);
    }

    /** Halts: exit hooks and native threads could take longer than Ctrl-C allows. */
    private static void end(Path directory) {
        try {
            FileTrees.delete(directory);
        } catch (IOException e) {
            System.err.println("cannot remove " + directory + ": " + e);
        }
        Runtime.getRuntime().halt(0);
    }
}
