package shoal.worker.exchange;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import shoal.wire.HostPort;
import shoal.wire.Token;
import shoal.worker.stop.StopSignal;

/** Peer ports of several workers in this process, and the exchanges opened through them. */
final class Crews {
    static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
    static final Token SECRET = new Token("shoal_" + "5a".repeat(32));
    static final String RUN = "a-run";

    private Crews() {}

    /** Settings of tests: quick to give up, the window given. */
    static ExchangeSettings settings(Optional<Path> memory, int windowPieces) {
        return new ExchangeSettings(
                new ExchangeTimes(200, 10_000, 20, 2_000, 1_000),
                memory,
                windowPieces,
                windowPieces,
                Optional.empty());
    }

    /** The crew as one of its workers sees it. */
    static Crew crew(long generation, int index, List<PeerPort> ports) {
        List<Crew.Member> members = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            members.add(new Crew.Member("w-" + i, ports.get(i).address()));
        }
        return new Crew(RUN, generation, index, members, SECRET);
    }

    static List<PeerPort> ports(int count, ExchangeSettings settings) {
        List<PeerPort> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ports.add(PeerPort.listen(ANY_PORT, settings));
        }
        return ports;
    }

    /** Opens the same generation at all ports at once. */
    static List<Exchange> openAll(
            long generation, List<PeerPort> ports, List<? extends Receiver> receivers)
            throws Exception {
        List<CompletableFuture<Exchange>> opening = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            int index = i;
            Crew crew = crew(generation, index, ports);
            opening.add(
                    CompletableFuture.supplyAsync(
                            () ->
                                    ports.get(index)
                                            .open(crew, receivers.get(index), new StopSignal()),
                            task -> new Thread(task, "open-" + index).start()));
        }
        List<Exchange> exchanges = new ArrayList<>();
        for (CompletableFuture<Exchange> one : opening) {
            exchanges.add(one.get(30, TimeUnit.SECONDS));
        }
        return exchanges;
    }

    /** A cluster of workers in this process. */
    static ExchangeContract.Cluster cluster(
            List<? extends Receiver> receivers, ExchangeSettings settings) throws Exception {
        List<PeerPort> ports = ports(receivers.size(), settings);
        List<Exchange> exchanges = openAll(1, ports, receivers);
        return new ExchangeContract.Cluster() {
            @Override
            public List<Exchange> all() {
                return exchanges;
            }

            @Override
            public void close() {
                ports.forEach(PeerPort::close);
            }
        };
    }
}
