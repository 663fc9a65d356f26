package shoal.worker.exchange;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import shoal.wire.HostPort;
import shoal.worker.stop.StopSignal;

/**
 * A worker process that sends to worker 0 until it is killed, as index 1 of 2.
 *
 * <p>Prints its port, reads that of worker 0 from its input, then prints "open" and its id. Ends
 * with its input.
 */
public final class PeerChild {
    private PeerChild() {}

    /** Arguments: the folder of shared memory, or "-" for streams. */
    public static void main(String[] args) throws IOException {
        Optional<Path> memory =
                args[0].equals("-") ? Optional.empty() : Optional.of(Path.of(args[0]));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PeerPort port = PeerPort.listen(Crews.ANY_PORT, Crews.settings(memory, 4));
        System.out.println(port.address());
        HostPort parent = HostPort.parse(String.valueOf(in.readLine()));
        Thread end = new Thread(() -> endWith(in), "parent-watch");
        end.setDaemon(true);
        end.start();
        Crew crew = crew(1, parent, port.address());
        StopSignal stop = new StopSignal();
        Exchange exchange = port.open(crew, new Gathered(), stop);
        System.out.println("open");
        RangeHeader range = ExchangeContract.node(0, 0, 64 * RangeHeader.PIECE_ELEMENTS);
        ByteBuffer values = ExchangeContract.values(range, 1);
        while (true) {
            exchange.send(0, range, values, stop);
        }
    }

    static Crew crew(int index, HostPort parent, HostPort child) {
        return new Crew(
                Crews.RUN,
                1,
                index,
                List.of(new Crew.Member("parent", parent), new Crew.Member("child", child)),
                Crews.SECRET);
    }

    private static void endWith(BufferedReader in) {
        try {
            while (in.readLine() != null) {}
        } catch (IOException broken) {
            System.err.println("the parent is gone: " + broken);
        }
        Runtime.getRuntime().halt(0);
    }
}
