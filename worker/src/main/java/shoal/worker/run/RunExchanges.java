package shoal.worker.run;

import shoal.proto.v1.StartRun;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.Receiver;
import shoal.worker.stop.StopSignal;

/** Opens what runs with several workers exchange ranges over. */
@FunctionalInterface
public interface RunExchanges {
    /** Returns once all workers that the run names are connected. */
    Exchange open(StartRun run, Receiver receiver, StopSignal stop);
}
