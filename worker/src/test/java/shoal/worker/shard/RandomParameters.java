package shoal.worker.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import shoal.engine.TrainingEngine;
import shoal.model.Parameter;
import shoal.model.StateKind;

/** Normal random parameters, LayerNorm gains around 1. */
final class RandomParameters {
    private RandomParameters() {}

    static void write(TrainingEngine engine, long seed) {
        Random random = new Random(seed);
        for (Parameter parameter : engine.table().parameters()) {
            boolean gain = parameter.name().matches(".*ln_.\\.weight");
            ByteBuffer values =
                    ByteBuffer.allocate((int) parameter.sizeElements() * Float.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN);
            while (values.hasRemaining()) {
                values.putFloat((float) (0.2 * random.nextGaussian() + (gain ? 1 : 0)));
            }
            engine.write(
                    StateKind.PARAMETER,
                    parameter.unit(),
                    parameter.offsetElements(),
                    values.flip());
        }
    }
}
