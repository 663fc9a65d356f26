package shoal.testkit.sample;

import java.util.List;

/**
 * A kind of thing that people review.
 *
 * @param openings neutral first sentences
 * @param details neutral facts, in the middle
 * @param aspects what can be judged
 * @param praise last sentences of a content writer
 * @param complaints last sentences of a discontented one
 */
record Subject(
        List<String> openings,
        List<String> details,
        List<Aspect> aspects,
        List<String> praise,
        List<String> complaints) {
    Subject {
        openings = List.copyOf(openings);
        details = List.copyOf(details);
        aspects = List.copyOf(aspects);
        praise = List.copyOf(praise);
        complaints = List.copyOf(complaints);
    }

    List<String> verdicts(boolean content) {
        return content ? praise : complaints;
    }
}
