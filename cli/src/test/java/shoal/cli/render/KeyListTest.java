package shoal.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.recipe.request.Explanation;

final class KeyListTest {
    private static final List<Explanation.Line> KEYS =
            List.of(
                    key("Shoal", "ranks", "2", "--ranks", "honoured"),
                    key("Shoal", "slices", "1", "default, from rows", "honoured"),
                    key("HF", "bf16", "false", "default", "refused"),
                    key("HF", "run_name", "a\u001b[2J", "args.json:12", "without effect"));

    @Test
    void given_keys_come_first_then_defaults_each_by_dialect() {
        assertThat(KeyList.text(KEYS))
                .containsExactly(
                        "# Shoal: given",
                        "",
                        "ranks  2  --ranks",
                        "    elsewhere: there",
                        "    Shoal: here",
                        "",
                        "# HF: given",
                        "",
                        "run_name  a [2J  args.json:12",
                        "    HF: there",
                        "    Shoal: no effect: here",
                        "",
                        "# Shoal: not given",
                        "",
                        "slices  1  default, from rows",
                        "    elsewhere: there",
                        "    Shoal: here",
                        "",
                        "# HF: not given",
                        "",
                        "bf16  false  default",
                        "    HF: there",
                        "    Shoal: other values are refused: here");
    }

    private static Explanation.Line key(
            String dialect, String name, String value, String origin, String verdict) {
        boolean given = !origin.startsWith("default");
        return new Explanation.Line(dialect, name, value, origin, given, verdict, "there", "here");
    }
}
