package shoal.worker.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import shoal.worker.exchange.nccl.Nccl;
import shoal.worker.stop.StopSignal;

/** Workers of this process, each with a device. */
final class NcclCrews {
    static final int WINDOW_PIECES = 10;

    private NcclCrews() {}

    /** Opens a generation of which worker i has the device GPU-i. */
    static ExchangeContract.Cluster cluster(
            List<? extends Receiver> receivers, Function<String, Nccl> devices) throws Exception {
        List<Nccl> each = new ArrayList<>();
        for (int i = 0; i < receivers.size(); i++) {
            each.add(devices.apply("GPU-" + i));
        }
        return cluster(receivers, each);
    }

    /** Opens a generation of which each worker has this device. */
    static ExchangeContract.Cluster cluster(List<? extends Receiver> receivers, List<Nccl> devices)
            throws Exception {
        List<PeerPort> ports = ports(devices);
        List<CompletableFuture<Exchange>> opening = open(ports, devices, receivers);
        List<Exchange> exchanges = new ArrayList<>();
        for (CompletableFuture<Exchange> one : opening) {
            exchanges.add(one.get(30, TimeUnit.SECONDS));
        }
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

    static List<PeerPort> ports(List<Nccl> devices) {
        ExchangeSettings settings = Crews.settings(Optional.empty(), WINDOW_PIECES);
        return devices.stream()
                .map(device -> PeerPort.listen(Crews.ANY_PORT, settings.with(Optional.of(device))))
                .toList();
    }

    /** Begins to open a generation at all ports. */
    static List<CompletableFuture<Exchange>> open(
            List<PeerPort> ports, List<Nccl> devices, List<? extends Receiver> receivers) {
        List<Crew.Member> members = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            members.add(
                    new Crew.Member(
                            "w-" + i,
                            "",
                            ports.get(i).address(),
                            Optional.of(devices.get(i).device())));
        }
        List<CompletableFuture<Exchange>> opening = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            int index = i;
            Crew crew = new Crew(Crews.RUN, 1, i, members, Crews.SECRET);
            opening.add(
                    CompletableFuture.supplyAsync(
                            () ->
                                    ports.get(index)
                                            .open(crew, receivers.get(index), new StopSignal()),
                            task -> new Thread(task, "open-" + index).start()));
        }
        return opening;
    }
}
