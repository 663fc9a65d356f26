package shoal.engine.djl;

import java.nio.ByteBuffer;
import shoal.model.StateKind;

/** Keeps some kinds of what outlives a step, as far as they are kept by this engine. */
interface StateKeeper {
    /** Takes those values that are kept here. */
    void write(StateKind kind, int unit, long offsetElements, ByteBuffer values);

    /** Fills the rest of {@code values}; what is asked for must be kept here. */
    void read(StateKind kind, int unit, long offsetElements, ByteBuffer values);
}
