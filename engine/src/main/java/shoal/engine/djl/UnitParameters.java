package shoal.engine.djl;

import java.nio.ByteBuffer;
import java.util.List;
import shoal.engine.ParameterSource;

/** The parameters of all units, as one ZeRO stage keeps them. */
interface UnitParameters extends AutoCloseable {
    /**
     * A unit on the lanes' way.
     *
     * @param uses how often it is acquired and released
     */
    record Visit(int unit, int uses) {}

    /** Where parameters come from that are not kept. */
    void join(ParameterSource source);

    /** Lanes are about to pass these units, in this order. On a lane. */
    void plan(List<Visit> visits);

    /** A unit's parameters of now, until released. From any lane, which may wait. */
    UnitBuffer acquire(int unit);

    void release(int unit);

    /**
     * A range that an update changes, as one tensor. On a lane, which uses it until it opens
     * another range.
     */
    KeptState.Window open(UpdateRange range);

    /** What the calling lane opened was changed, and is to be kept. */
    void changed(UpdateRange range);

    /** All that is updated here was, and what others update is. */
    void updated();

    /** Takes those values that are kept here. */
    void write(int unit, long offsetElements, ByteBuffer values);

    /** Reads values that are kept here. */
    void read(int unit, long offsetElements, ByteBuffer values);

    @Override
    void close();
}
