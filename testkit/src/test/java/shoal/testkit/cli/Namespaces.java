package shoal.testkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Machines for tests: network namespaces, each with an address of its own, joined by a bridge in
 * the first one. Nothing in them reaches this machine's networks, nor the other way round.
 *
 * <p>{@link #close} removes them with all their interfaces.
 */
final class Namespaces implements AutoCloseable {
    /** Gives a process shared memory of its own: machines have none together. */
    private static final String OWN_SHARED_MEMORY =
            "mount -t tmpfs -o size=256m tmpfs /dev/shm && exec \"$@\"";

    private static final long COMMAND_SECONDS = 30;

    private final String prefix = "shoal-" + ProcessHandle.current().pid() + "-";
    private final int count;

    private Namespaces(int count) {
        this.count = count;
    }

    /** Why machines cannot be made here; empty if they can. */
    static Optional<String> missing() {
        try (Namespaces probe = new Namespaces(1)) {
            probe.make();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(
                    "network namespaces cannot be made here (they need root and iproute2): "
                            + e.getMessage());
        }
    }

    /** So many machines; the first has the bridge. */
    static Namespaces create(int count) throws IOException {
        Namespaces made = new Namespaces(count);
        try {
            made.make();
            return made;
        } catch (IOException e) {
            made.close();
            throw e;
        }
    }

    /** The address of a machine; documentation's own network (RFC 5737). */
    String address(int machine) {
        return "192.0.2." + (machine + 1);
    }

    /** Limits what a machine sends. */
    void limit(int machine, String rate) throws IOException {
        command(
                "tc",
                "-n",
                name(machine),
                "qdisc",
                "add",
                "dev",
                "eth0",
                "root",
                "tbf",
                "rate",
                rate,
                "burst",
                "256kb",
                "latency",
                "50ms");
    }

    /** Cuts a machine off from all others, or joins it again. */
    void connect(int machine, boolean joined) throws IOException {
        command("ip", "-n", name(0), "link", "set", port(machine), joined ? "up" : "down");
    }

    /** From now on these reach the first machine, but not each other. */
    void isolate(int... machines) throws IOException {
        for (int machine : machines) {
            command(
                    "ip",
                    "-n",
                    name(0),
                    "link",
                    "set",
                    "dev",
                    port(machine),
                    "type",
                    "bridge_slave",
                    "isolated",
                    "on");
        }
    }

    /** Starts a command on a machine. */
    ProcessBuilder on(int machine, Path folder, List<String> command) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "ip",
                                "netns",
                                "exec",
                                name(machine),
                                "sh",
                                "-c",
                                OWN_SHARED_MEMORY,
                                "sh"));
        words.addAll(command);
        return new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    }

    @Override
    public void close() {
        for (int machine = 0; machine < count; machine++) {
            try {
                command("ip", "netns", "del", name(machine));
            } catch (IOException e) {
                // It was not made: close is called after every failure, too.
            }
        }
    }

    private void make() throws IOException {
        for (int machine = 0; machine < count; machine++) {
            command("ip", "netns", "add", name(machine));
            command("ip", "-n", name(machine), "link", "set", "lo", "up");
        }
        command("ip", "-n", name(0), "link", "add", "bridge", "type", "bridge");
        command("ip", "-n", name(0), "addr", "add", address(0) + "/24", "dev", "bridge");
        command("ip", "-n", name(0), "link", "set", "bridge", "up");
        for (int machine = 1; machine < count; machine++) {
            String port = port(machine);
            command(
                    "ip",
                    "-n",
                    name(0),
                    "link",
                    "add",
                    port,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth0",
                    "netns",
                    name(machine));
            command("ip", "-n", name(0), "link", "set", port, "master", "bridge", "up");
            command(
                    "ip",
                    "-n",
                    name(machine),
                    "addr",
                    "add",
                    address(machine) + "/24",
                    "dev",
                    "eth0");
            command("ip", "-n", name(machine), "link", "set", "eth0", "up");
        }
    }

    private String name(int machine) {
        return prefix + machine;
    }

    private static String port(int machine) {
        return "port" + machine;
    }

    private static void command(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", words) + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
