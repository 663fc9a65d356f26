package shoal.engine.djl;

import java.nio.IntBuffer;
import shoal.model.GptConfig;

/**
 * One lane's dropout masks, in one buffer that is used again for every unit.
 *
 * <p>A mask is made where it is used and made again in backward. It depends on (seed, step, row,
 * layer, site) and on nothing that a slice or a lane decides.
 */
final class LaneMasks {
    /** Sites of a layer, part of the key. */
    private static final int ATTENTION = 0;

    private static final int AFTER_ATTENTION = 1;
    private static final int AFTER_MLP = 2;
    private static final int EMBEDDING = 3;

    private final Kernel kernel;
    private final GptConfig config;
    private final long seed;
    private final int embeddingThreshold;
    private final int attentionThreshold;
    private final int residualThreshold;
    private final MaskStream stream = new MaskStream();
    private NativeBuffer buffer;

    LaneMasks(Kernel kernel, GptConfig config, long seed) {
        this.kernel = kernel;
        this.config = config;
        this.seed = seed;
        this.embeddingThreshold = MaskStream.threshold(config.embeddingDropout());
        this.attentionThreshold = MaskStream.threshold(config.attentionDropout());
        this.residualThreshold = MaskStream.threshold(config.residualDropout());
        this.buffer = NativeBuffer.zeros(kernel, 1);
    }

    /** No dropout, for evaluation. */
    DropoutMask none() {
        return new DropoutMask(buffer.tensor(), false, false);
    }

    DropoutMask embedding(int step, PackedRows rows) {
        if (embeddingThreshold == 0) {
            return none();
        }
        IntBuffer values = reserve((long) rows.tokens() * config.hidden());
        int at = 0;
        for (int i = 0; i < rows.count(); i++) {
            int size = rows.tokens(i) * config.hidden();
            long key = MaskStream.key(seed, step, rows.rows().get(i).row(), 0, EMBEDDING);
            stream.fill(values, at, size, key, embeddingThreshold);
            at += size;
        }
        return new DropoutMask(buffer.tensor(), false, true);
    }

    DropoutMask layer(int step, PackedRows rows, int layer) {
        boolean last = layer == config.layers() - 1;
        long attention = 0;
        long residual = 0;
        for (int i = 0; i < rows.count(); i++) {
            attention += attentionSize(rows.tokens(i), last);
            residual += residualSize(rows.tokens(i), last);
        }
        IntBuffer values =
                reserve(
                        (attentionThreshold == 0 ? 0 : attention)
                                + (residualThreshold == 0 ? 0 : 2 * residual));
        int at = 0;
        if (attentionThreshold > 0) {
            at = fill(values, at, step, rows, layer, ATTENTION);
        }
        if (residualThreshold > 0) {
            at = fill(values, at, step, rows, layer, AFTER_ATTENTION);
            fill(values, at, step, rows, layer, AFTER_MLP);
        }
        return new DropoutMask(buffer.tensor(), attentionThreshold > 0, residualThreshold > 0);
    }

    private int fill(IntBuffer values, int from, int step, PackedRows rows, int layer, int site) {
        boolean last = layer == config.layers() - 1;
        int threshold = site == ATTENTION ? attentionThreshold : residualThreshold;
        int at = from;
        for (int i = 0; i < rows.count(); i++) {
            int tokens = rows.tokens(i);
            long size =
                    site == ATTENTION ? attentionSize(tokens, last) : residualSize(tokens, last);
            long key = MaskStream.key(seed, step, rows.rows().get(i).row(), layer, site);
            stream.fill(values, at, (int) size, key, threshold);
            at += (int) size;
        }
        return at;
    }

    /** Heads x queries x keys; in the last layer there is one query. */
    private long attentionSize(long tokens, boolean last) {
        return config.heads() * (last ? tokens : Math.multiplyExact(tokens, tokens));
    }

    private long residualSize(long tokens, boolean last) {
        return config.hidden() * (last ? 1 : tokens);
    }

    private IntBuffer reserve(long elements) {
        if (elements > buffer.elements()) {
            buffer.close();
            buffer = NativeBuffer.zeros(kernel, elements + elements / 4);
        }
        return buffer.ints();
    }
}
