package shoal.testkit.sample;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Writes one review at a time, content or discontented.
 *
 * <p>Counting good and bad words is not enough to tell which: half of the reviews concede a point
 * to the other side before or after their own, or report what others say, and some praise by
 * denying a fault.
 */
final class ReviewWriter {
    private static final List<String> CONCESSIONS =
            List.of("虽然%s，但是%s", "尽管%s，不过%s", "%s，可是%s", "%s倒是真的，但%s");
    private static final List<String> CORRECTIONS =
            List.of("本来以为%s，没想到%s", "都说%s，其实%s", "网上有人说%s，我倒觉得%s");
    private static final String FEAR = "之前担心%s，结果%s";
    private static final String HOPE = "原指望%s，结果%s";
    private static final List<String> SUMMARIES = List.of("不过总的来说%s", "但总体%s", "综合起来%s", "可整体感觉%s");
    private static final List<String> NEUTRAL_ENDINGS =
            List.of("仅供参考。", "先写到这里。", "以上是个人看法。", "过段时间再来追评。");

    private final Random random;

    ReviewWriter(Random random) {
        this.random = random;
    }

    String write(boolean content) {
        Subject subject = any(Subjects.ALL);
        List<Aspect> aspects = new ArrayList<>(subject.aspects());
        Collections.shuffle(aspects, random);
        StringBuilder review = new StringBuilder();
        if (chance(60)) {
            review.append(any(subject.openings()));
        }
        review.append(body(subject, aspects, content));
        if (chance(35)) {
            review.append(any(subject.verdicts(content)));
        } else if (chance(25)) {
            review.append(any(NEUTRAL_ENDINGS));
        }
        return review.toString();
    }

    private String body(Subject subject, List<Aspect> aspects, boolean content) {
        int shape = random.nextInt(100);
        String first = clause(aspects.get(0), content);
        String second = clause(aspects.get(1), content);
        String contrary = clause(aspects.get(2), !content);
        if (shape < 30) {
            return detail(subject)
                    + first
                    + "，"
                    + second
                    + "，"
                    + clause(aspects.get(3), content)
                    + stop();
        }
        if (shape < 45) {
            return detail(subject) + first + "，" + second + stop();
        }
        if (shape < 65) {
            return detail(subject)
                    + any(CONCESSIONS).formatted(contrary, first)
                    + "，"
                    + second
                    + stop();
        }
        if (shape < 80) {
            return correction(aspects.get(0), content) + "。" + detail(subject) + second + stop();
        }
        if (shape < 92) {
            String summary = any(SUMMARIES).formatted(any(Subjects.ANYTHING.predicates(content)));
            return first + "，就是" + contrary + "，" + summary + stop();
        }
        return detail(subject) + first + stop();
    }

    private String correction(Aspect aspect, boolean content) {
        String frame = chance(75) ? any(CORRECTIONS) : content ? FEAR : HOPE;
        return frame.formatted(clause(aspect, !content), predicate(aspect, content));
    }

    private String clause(Aspect aspect, boolean content) {
        return aspect.noun() + predicate(aspect, content);
    }

    private String predicate(Aspect aspect, boolean content) {
        Aspect said = chance(35) ? Subjects.ANYTHING : aspect;
        return any(said.predicates(content));
    }

    private String detail(Subject subject) {
        return chance(40) ? any(subject.details()) + "，" : "";
    }

    private String stop() {
        int draw = random.nextInt(10);
        return draw < 7 ? "。" : draw < 9 ? "！" : "～";
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
