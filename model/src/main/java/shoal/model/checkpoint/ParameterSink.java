package shoal.model.checkpoint;

import java.nio.ByteBuffer;
import shoal.model.Parameter;

/** Takes a model's weights, range by range, straight from their file. */
@FunctionalInterface
public interface ParameterSink {
    /**
     * Takes one range of one parameter.
     *
     * @param parameter whose elements these are
     * @param offsetElements from the parameter's first element; its place in the unit is {@code
     *     parameter.offsetElements() + offsetElements}. A multiple of 16
     * @param values little-endian fp32; valid during the call only
     */
    void accept(Parameter parameter, long offsetElements, ByteBuffer values);
}
