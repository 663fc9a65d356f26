package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import shoal.plan.step.BlockNorms;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Packing beside DeepSpeed's compressed_allreduce (testkit/scripts/make_onebit_golden.py), which
 * has a scale for all elements of a rank, and at the server one for each rank's part of them.
 */
final class OneBitBlockTest {
    /** torch adds a norm's squares in fp32, and errors go from round to round. */
    private static final double RELATIVE = 2e-6;

    private static final int RANKS = 2;

    @Test
    void rounds_with_errors_equal_those_of_deepspeed() throws IOException {
        JsonNode golden = JsonMapper.shared().readTree(GoldenCase.resource("onebit.json"));
        int count = golden.get("rounds").get(0).get("values").get(0).size();
        float unit = (float) golden.get("unit").asDouble();
        List<float[]> chunks = List.of(present(0, count / 2), present(count / 2, count));
        List<float[]> workerErrors = zeros();
        List<float[]> serverErrors = zeros();

        for (JsonNode round : golden.get("rounds")) {
            float[] sum = new float[OneBitBlock.ELEMENTS];
            for (int rank = 0; rank < RANKS; rank++) {
                float[] error = workerErrors.get(rank);
                for (int i = 0; i < count; i++) {
                    error[i] += round.get("values").get(rank).get(i).asInt() * unit;
                }
                ByteBuffer packed = packed(error, present(0, count));
                OneBitBlock.addTo(sum, packed, 0, 1f / RANKS);
                assertClose(error, round.get("worker_error_norms").get(rank));
            }
            StringBuilder signs = new StringBuilder();
            for (int chunk = 0; chunk < RANKS; chunk++) {
                float[] error = serverErrors.get(chunk);
                for (int i = 0; i < error.length; i++) {
                    error[i] += sum[i];
                }
                ByteBuffer packed = packed(error, chunks.get(chunk));
                assertThat((double) packed.getFloat(0))
                        .isCloseTo(
                                round.get("scales").get(chunk).asDouble(),
                                within(RELATIVE * packed.getFloat(0)));
                assertClose(error, round.get("server_error_norms").get(chunk));
                float[] mean = new float[OneBitBlock.ELEMENTS];
                OneBitBlock.addTo(mean, packed, 0, 1);
                int from = chunk * count / RANKS;
                IntStream.range(from, from + count / RANKS)
                        .forEach(i -> signs.append(mean[i] >= 0 ? '+' : '-'));
            }
            assertThat(signs).hasToString(round.get("signs").asString());
        }
    }

    @Test
    void a_block_in_which_nothing_takes_part_is_zero_and_stays_so() {
        float[] values = new float[OneBitBlock.ELEMENTS];
        Arrays.fill(values, 7);

        ByteBuffer packed = packed(values, new float[OneBitBlock.ELEMENTS]);

        assertThat(packed.getFloat(0)).isZero();
        assertThat(values).containsOnly(0);
    }

    private static ByteBuffer packed(float[] values, float[] seconds) {
        ByteBuffer packed = OneBitBlock.room(1);
        OneBitBlock.compress(values, seconds, packed, 0);
        return packed;
    }

    private static void assertClose(float[] error, JsonNode norm) {
        double actual = Math.sqrt(BlockNorms.squared(error, 0, error.length));
        assertThat(actual / norm.asDouble()).isCloseTo(1, within(RELATIVE));
    }

    /** Second moments of a block of which only some elements take part. */
    private static float[] present(int from, int to) {
        float[] seconds = new float[OneBitBlock.ELEMENTS];
        Arrays.fill(seconds, from, to, 1);
        return seconds;
    }

    private static List<float[]> zeros() {
        return Stream.generate(() -> new float[OneBitBlock.ELEMENTS]).limit(RANKS).toList();
    }
}
