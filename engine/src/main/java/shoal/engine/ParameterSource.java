package shoal.engine;

import java.nio.ByteBuffer;

/**
 * Brings in the ranges of units that other workers own.
 *
 * <p>An engine expects units in the order in which every worker's lanes pass them, each again after
 * it has been waited for.
 */
public interface ParameterSource {
    /**
     * From now on the others' ranges of a unit, as they are after the last update, may be written.
     * Returns at once.
     *
     * @param values the whole unit, little-endian; nobody else writes or reads the others' ranges
     *     until {@link #await} returns
     */
    void expect(int unit, ByteBuffer values);

    /** Waits until all that was expected of a unit is there. Several lanes may wait. */
    void await(int unit);

    /** For a worker that is alone: there are no others. */
    static ParameterSource none() {
        return new ParameterSource() {
            @Override
            public void expect(int unit, ByteBuffer values) {}

            @Override
            public void await(int unit) {}
        };
    }
}
