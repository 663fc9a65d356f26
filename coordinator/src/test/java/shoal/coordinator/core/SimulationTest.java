package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Thousands of lives of a cluster. A failing one names its seed; {@code -Dshoal.seed=N} lives it
 * again.
 */
final class SimulationTest {
    private static final String SEED = "shoal.seed";

    @Test
    void every_invariant_holds_in_dozens_of_lives() {
        Set<String> ways = lives(1, 60);

        assertThat(ways).as("ways of the table that some life takes").hasSizeGreaterThan(20);
    }

    @Test
    @Tag("slow")
    void every_invariant_holds_in_thousands_of_lives() {
        Set<String> ways = lives(1_000_000, 3_000);

        assertThat(ways).hasSizeGreaterThan(20);
    }

    private static Set<String> lives(long firstSeed, int count) {
        String asked = System.getProperty(SEED);
        if (asked != null) {
            return live(Long.parseLong(asked));
        }
        Set<String> ways = new TreeSet<>();
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            ways.addAll(live(seed));
        }
        return ways;
    }

    private static Set<String> live(long seed) {
        SimulatedLife life = new SimulatedLife(seed);
        try {
            life.live();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "life "
                            + seed
                            + " breaks; live it again with: mvn -q test -pl coordinator -am"
                            + " -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                            + " -DargLine=-D"
                            + SEED
                            + "="
                            + seed
                            + "\nthe last things that happened:\n  "
                            + String.join("\n  ", life.story()),
                    e);
        }
        Set<String> ways = new TreeSet<>();
        life.lab().transitions().forEach(way -> ways.add(way.toString()));
        return ways;
    }
}
