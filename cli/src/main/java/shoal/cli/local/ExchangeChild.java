package shoal.cli.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import shoal.wire.HostPort;
import shoal.wire.Loopback;
import shoal.wire.Token;
import shoal.worker.exchange.Crew;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.ExchangeSettings;
import shoal.worker.exchange.PeerPort;
import shoal.worker.stop.StopSignal;

/**
 * The main class of one of the two processes that {@link ExchangeCheck} measures.
 *
 * <p>Prints its address, reads one line with both addresses and the secret, then prints {@code
 * through-memory N} and a line {@code seconds S} per counted round. Ends with its input.
 */
public final class ExchangeChild {
    private ExchangeChild() {}

    /** Arguments: index, "memory" or "streams", elements, rounds not counted, rounds counted. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int index = Integer.parseInt(args[0]);
        ExchangeSettings settings = ExchangeSettings.standard();
        AllReduce work = new AllReduce(index, Integer.parseInt(args[2]));
        try (PeerPort port =
                PeerPort.listen(
                        Loopback.anyPort(),
                        args[1].equals("memory") ? settings : settings.withoutMemory())) {
            System.out.println(port.address());
            BufferedReader parent =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            Crew crew = crew(index, parent.readLine());
            Thread watch = new Thread(() -> endWith(parent), "parent-watch");
            watch.setDaemon(true);
            watch.start();
            StopSignal stop = new StopSignal();
            Exchange exchange = port.open(crew, work, stop);
            System.out.println("through-memory " + exchange.counts().peersThroughMemory());
            measure(exchange, work, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
            exchange.barrier(stop);
        }
    }

    private static void measure(Exchange exchange, AllReduce work, int warm, int counted)
            throws InterruptedException {
        StopSignal stop = new StopSignal();
        for (int round = 1; round <= warm + counted; round++) {
            work.fill();
            exchange.barrier(stop);
            long begun = System.nanoTime();
            work.sum(exchange, round, stop);
            exchange.barrier(stop);
            double seconds = (System.nanoTime() - begun) / 1e9;
            work.check();
            if (round > warm) {
                System.out.println("seconds " + seconds);
            }
        }
    }

    private static Crew crew(int index, String line) throws IOException {
        if (line == null) {
            throw new IOException("the parent is gone");
        }
        String[] words = line.split(" ", -1);
        return new Crew(
                "exchange-check",
                1,
                index,
                List.of(
                        new Crew.Member("w-0", HostPort.parse(words[0])),
                        new Crew.Member("w-1", HostPort.parse(words[1]))),
                new Token(words[2]));
    }

    private static void endWith(BufferedReader parent) {
        try {
            while (parent.readLine() != null) {
                // The parent says nothing more; only the end counts.
            }
        } catch (IOException broken) {
            // A broken pipe is an end, too.
        }
        Runtime.getRuntime().halt(0);
    }
}
