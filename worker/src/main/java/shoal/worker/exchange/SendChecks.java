package shoal.worker.exchange;

import java.nio.ByteBuffer;

/** What a caller of {@link Exchange#send} must get right; the same for every exchange. */
final class SendChecks {
    private SendChecks() {}

    static void check(Exchange exchange, int to, RangeHeader range, ByteBuffer values) {
        if (to < 0 || to >= exchange.workers() || to == exchange.index()) {
            throw new IllegalArgumentException(
                    "to is "
                            + to
                            + ", expected another worker of "
                            + exchange.workers()
                            + "; this one is "
                            + exchange.index());
        }
        if (values.remaining() != range.sizeBytes()) {
            throw new IllegalArgumentException(
                    values.remaining() + " bytes for " + range + ", expected " + range.sizeBytes());
        }
    }
}
