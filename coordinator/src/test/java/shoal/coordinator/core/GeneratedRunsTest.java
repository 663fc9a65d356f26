package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Thousands of submissions with every number, text and optional part at its bounds, each through a
 * whole run: accepted and computed to an end, refused, or failed; nothing is ever thrown. {@code
 * -Dshoal.seed=N} lives one again.
 */
final class GeneratedRunsTest {
    private static final String SEED = "shoal.seed";

    @Test
    void no_submission_and_no_report_throws_in_20_seconds() {
        requireAllKinds(lives(1, 20));
    }

    @Test
    @Tag("slow")
    void no_submission_and_no_report_throws_in_two_minutes() {
        requireAllKinds(lives(1_000_000, 120));
    }

    private static void requireAllKinds(Map<GeneratedLife.End, Integer> ends) {
        if (System.getProperty(SEED) == null) {
            assertThat(ends.keySet())
                    .contains(
                            GeneratedLife.End.REFUSED,
                            GeneratedLife.End.DONE,
                            GeneratedLife.End.FAILED);
        }
    }

    private static Map<GeneratedLife.End, Integer> lives(long firstSeed, long seconds) {
        Map<GeneratedLife.End, Integer> ends = new EnumMap<>(GeneratedLife.End.class);
        String asked = System.getProperty(SEED);
        if (asked != null) {
            live(Long.parseLong(asked), ends);
            return ends;
        }
        long until = System.nanoTime() + seconds * 1_000_000_000L;
        long seed = firstSeed;
        while (System.nanoTime() < until) {
            live(seed++, ends);
        }
        System.out.println("generated submissions: " + (seed - firstSeed) + ", ends " + ends);
        return ends;
    }

    private static void live(long seed, Map<GeneratedLife.End, Integer> ends) {
        GeneratedLife life = new GeneratedLife(seed);
        try {
            ends.merge(life.live(), 1, Integer::sum);
        } catch (AssertionError | RuntimeException | StackOverflowError e) {
            throw new AssertionError(
                    "submission "
                            + seed
                            + " throws; live it again with: mvn -q test -pl coordinator -am"
                            + " -Dtest=GeneratedRunsTest -Dsurefire.failIfNoSpecifiedTests=false"
                            + " -DargLine=-D"
                            + SEED
                            + "="
                            + seed
                            + "\nthe last things that happened:\n  "
                            + String.join("\n  ", life.story()),
                    e);
        }
    }
}
