package shoal.coordinator.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;

/** A folder in the making that takes state by ranges. One thread at a time. */
interface Staged extends AutoCloseable {
    /** The parameters that are to come. */
    ParameterTable table();

    /** Which state of each is to come. */
    List<StateKind> kinds();

    /** Writes a range of a parameter: little-endian fp32, inside of it. */
    void write(StateKind kind, Parameter parameter, long offsetElements, ByteBuffer values);

    /** Removes what was staged and not published. */
    @Override
    void close();
}
