package shoal.coordinator;

import java.util.Optional;
import shoal.coordinator.tls.HostNames;
import shoal.coordinator.tls.TlsSettings;
import shoal.recipe.Problems;
import shoal.recipe.UserException;
import shoal.wire.HostPort;

/**
 * Which listeners encrypt: those that other hosts reach, and the one for calls also where the user
 * says so.
 *
 * @param calls whether {@code --listen} does
 * @param http whether {@code --http} does
 */
record Exposure(boolean calls, boolean http) {
    /**
     * Judges what a coordinator is told.
     *
     * @throws UserException for an unknown host, and where other hosts could read along
     */
    static Exposure of(CoordinatorSettings settings) {
        Problems problems = new Problems();
        boolean calls = leavesHost("--listen", settings.listen(), problems);
        Optional<HostPort> asked = settings.http();
        boolean http = asked.isPresent() && leavesHost("--http", asked.get(), problems);
        if (settings.tls().mode() == TlsSettings.Mode.OFF) {
            if (calls) {
                refuse("--listen", settings.listen(), problems);
            }
            if (http) {
                refuse("--http", asked.get(), problems);
            }
        }
        for (String name : settings.tls().names()) {
            if (!HostNames.isOne(name)) {
                problems.add(
                        "--tls-name " + name,
                        "is neither a host name nor an IP address. Give what other machines dial,"
                                + " without a port.");
            }
        }
        problems.throwIfAny();
        return new Exposure(calls || settings.tls().isWanted(), http);
    }

    boolean any() {
        return calls || http;
    }

    private static boolean leavesHost(String flag, HostPort address, Problems problems) {
        if (address.toSocketAddress().isUnresolved()) {
            problems.add(flag + " " + address, "is no known host. Use 127.0.0.1 and a port.");
            return false;
        }
        return !address.isLoopback();
    }

    private static void refuse(String flag, HostPort address, Problems problems) {
        problems.add(
                flag + " " + address,
                "is not a loopback address, and with --tls off everybody on the way could read"
                        + " tokens, data and weights. Leave out --tls off, and connections are"
                        + " encrypted; or listen on 127.0.0.1:"
                        + address.port()
                        + " and let other machines in through an ssh tunnel: ssh -N -L "
                        + address.port()
                        + ":127.0.0.1:"
                        + address.port()
                        + " THIS_MACHINE.");
    }
}
