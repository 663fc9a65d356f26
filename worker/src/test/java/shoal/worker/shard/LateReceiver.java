package shoal.worker.shard;

import java.nio.ByteBuffer;
import java.util.Optional;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.exchange.Receiver;
import shoal.worker.exchange.Trouble;

/** A receiver that is known before who really receives. */
final class LateReceiver implements Receiver {
    private volatile Optional<Receiver> receiver = Optional.empty();

    void becomes(Receiver real) {
        receiver = Optional.of(real);
    }

    @Override
    public Optional<String> refusal(int from, RangeHeader range) {
        return receiver.flatMap(real -> real.refusal(from, range));
    }

    @Override
    public Answer arrived(int from, RangeHeader range, ByteBuffer values) {
        return receiver.map(real -> real.arrived(from, range, values)).orElse(Answer.LATER);
    }

    @Override
    public void trouble(Trouble trouble) {
        receiver.ifPresent(real -> real.trouble(trouble));
    }
}
