package shoal.testkit.sample;

import java.util.List;

/**
 * One thing that a review can talk about, with what is said of it.
 *
 * @param noun the thing
 * @param good predicates of a content writer
 * @param bad predicates of a discontented one
 */
record Aspect(String noun, List<String> good, List<String> bad) {
    Aspect {
        good = List.copyOf(good);
        bad = List.copyOf(bad);
    }

    /** Written as {@code noun: good good good / bad bad bad}. */
    static Aspect parse(String line) {
        String[] nounAndRest = line.split(": ", 2);
        String[] goodAndBad = nounAndRest[1].split(" / ", 2);
        return new Aspect(
                nounAndRest[0],
                List.of(goodAndBad[0].split(" ")),
                List.of(goodAndBad[1].split(" ")));
    }

    List<String> predicates(boolean content) {
        return content ? good : bad;
    }
}
