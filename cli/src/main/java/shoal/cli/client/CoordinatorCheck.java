package shoal.cli.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import shoal.cli.outcome.CommandException;
import shoal.cli.render.Sizes;
import shoal.proto.v1.DescribeReply;
import shoal.proto.v1.WorkerSummary;
import shoal.wire.HostPort;
import shoal.wire.Version;

/** Looks at a coordinator from here, one thing after the other, up to the first dead end. */
public final class CoordinatorCheck {
    private static final int CONNECT_MILLIS = 5_000;

    /** A checkpoint of GPT-2 base (102 M parameters, two moments each) takes 1.2 GB. */
    private static final long LEAST_FREE_BYTES = 2L << 30;

    private CoordinatorCheck() {}

    /** What was found; nothing follows what makes the rest unknown. */
    public static List<Check> of(Connection connection) {
        List<Check> checks = new ArrayList<>();
        checks.add(reachable(connection));
        if (!checks.get(0).good()) {
            return checks;
        }
        try (CoordinatorClient client =
                CoordinatorClient.open(connection, Patience.ONCE, note -> {})) {
            DescribeReply found = client.describe();
            checks.add(Check.good("encryption", encryption(connection)));
            checks.add(Check.good("token", connection.tokenOrigin() + " is accepted"));
            checks.add(version(found.getVersion()));
            checks.addAll(workers(found));
            checks.add(
                    Check.good(
                            "runs",
                            found.getBusyRuns() + " busy, " + found.getQueuedRuns() + " queued"));
            checks.add(disk(found));
            found.getRemarksList().forEach(words -> checks.add(Check.good("note", words)));
        } catch (CommandException e) {
            checks.add(Check.bad("answer", String.valueOf(e.getMessage())));
        }
        return checks;
    }

    private static Check reachable(Connection connection) {
        HostPort address = connection.address();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
            return Check.good("reachable", address + " takes connections");
        } catch (IOException e) {
            return Check.bad(
                    "reachable",
                    "%s (from %s) takes no connection: %s. Correct the address, start a coordinator"
                                    .formatted(address, connection.addressOrigin(), e.getMessage())
                            + " there, or open the port");
        }
    }

    private static String encryption(Connection connection) {
        return connection.access().trust().isPresent()
                ? "TLS, and the coordinator is the one that is trusted"
                : "none, which is for this host only";
    }

    private static Check version(String theirs) {
        return theirs.equals(Version.CURRENT)
                ? Check.good("version", theirs + ", as here")
                : Check.bad(
                        "version",
                        "the coordinator is Shoal %s, here is %s. Use the same one on both"
                                .formatted(theirs, Version.CURRENT));
    }

    private static List<Check> workers(DescribeReply found) {
        List<WorkerSummary> all = found.getWorkersList();
        List<Check> checks = new ArrayList<>();
        long joined = all.stream().filter(worker -> !worker.getLost()).count();
        long free =
                all.stream()
                        .filter(worker -> !worker.getLost() && worker.getRun().isEmpty())
                        .count();
        if (joined == 0) {
            checks.add(
                    Check.bad(
                            "workers",
                            "none has joined, so runs wait. Start one with the line that the"
                                    + " coordinator prints: shoal worker --coordinator ..."));
        } else {
            checks.add(
                    Check.good(
                            "workers",
                            joined
                                    + " joined, "
                                    + free
                                    + " free: "
                                    + all.stream()
                                            .filter(worker -> !worker.getLost())
                                            .map(CoordinatorCheck::words)
                                            .collect(Collectors.joining(", "))));
        }
        all.stream()
                .filter(WorkerSummary::getLost)
                .map(
                        worker ->
                                Check.bad(
                                        "worker",
                                        worker.getName()
                                                + " is lost; run "
                                                + worker.getRun()
                                                + " waits for it, and then goes on without. Look at"
                                                + " its machine"))
                .forEach(checks::add);
        return checks;
    }

    private static String words(WorkerSummary worker) {
        return "%s (%s, %d lanes, %s)"
                .formatted(
                        worker.getName(),
                        worker.getHost(),
                        worker.getLanes(),
                        worker.getRun().isEmpty() ? "free" : "run " + worker.getRun());
    }

    private static Check disk(DescribeReply found) {
        String words =
                Sizes.bytes(found.getFreeBytes())
                        + " free at the coordinator's "
                        + found.getDataFolder();
        return found.getFreeBytes() >= LEAST_FREE_BYTES
                ? Check.good("disk", words)
                : Check.bad(
                        "disk",
                        words
                                + ", less than "
                                + Sizes.bytes(LEAST_FREE_BYTES)
                                + ". Remove old results, or start it with --data elsewhere");
    }
}
