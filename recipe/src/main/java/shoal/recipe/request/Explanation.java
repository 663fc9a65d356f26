package shoal.recipe.request;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;
import shoal.recipe.key.Values;

/** Every key of a run: its value, where it came from, what is done with it here and upstream. */
public record Explanation(List<Line> lines) {
    public Explanation {
        lines = List.copyOf(lines);
    }

    /**
     * One key.
     *
     * @param dialect "shoal", "HF" or "DeepSpeed"
     * @param name the key
     * @param value its value in one line
     * @param origin file and line, flag, "default", or what "auto" was filled from
     * @param given whether somebody gave the value
     * @param verdict "honoured", "without effect" or "refused"
     * @param upstream what HF or DeepSpeed does with it
     * @param here what Shoal does with it
     */
    public record Line(
            String dialect,
            String name,
            String value,
            String origin,
            boolean given,
            String verdict,
            String upstream,
            String here) {
        public Line {
            requireNonNull(dialect, "dialect");
            requireNonNull(name, "name");
            requireNonNull(value, "value");
            requireNonNull(origin, "origin");
            requireNonNull(verdict, "verdict");
            requireNonNull(upstream, "upstream");
            requireNonNull(here, "here");
        }

        static Line of(String dialect, Setting setting) {
            return new Line(
                    dialect,
                    setting.key().name(),
                    Values.plain(setting.shown()),
                    setting.origin().where(),
                    setting.isGiven(),
                    setting.key().verdict().words(),
                    setting.key().upstream(),
                    setting.key().here());
        }
    }

    /** The lines of a dialect's settings. */
    static List<Line> lines(String dialect, Settings settings) {
        List<Line> lines = new ArrayList<>();
        settings.all().forEach(setting -> lines.add(Line.of(dialect, setting)));
        return lines;
    }
}
