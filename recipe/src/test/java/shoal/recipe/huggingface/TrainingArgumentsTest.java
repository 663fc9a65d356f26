package shoal.recipe.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import shoal.recipe.key.Facts;
import shoal.recipe.key.Key;

class TrainingArgumentsTest {
    private static final List<String[]> FACTS =
            Facts.of(TrainingArgumentsTest.class, "training-arguments.tsv");

    /** What HF puts in place of its default null or empty text (training_args.py, post-init). */
    private static final Map<String, String> FILLED =
            Map.of(
                    "output_dir", "trainer_output",
                    "activation_checkpointing", "false",
                    "debug", "null",
                    "sharded_ddp", "null");

    @Test
    void every_name_of_every_version_is_known() {
        assertThat(FACTS).hasSizeGreaterThan(149);
        for (String[] fact : FACTS) {
            assertThat(TrainingArguments.TABLE.find(fact[0])).as(fact[0]).isPresent();
        }
    }

    @Test
    void no_name_is_made_up() {
        TreeSet<String> known = new TreeSet<>(TrainingArguments.TABLE.names());
        FACTS.forEach(fact -> known.remove(fact[0]));

        assertThat(known).isEmpty();
    }

    @Test
    void every_default_is_one_that_hf_had() {
        Map<String, String> wrong = new TreeMap<>();
        for (String[] fact : FACTS) {
            Key key = TrainingArguments.TABLE.key(fact[0]);
            boolean isUnsetAlias = !fact[0].equals(key.name()) && fact[3].equals("null");
            if (!isUnsetAlias
                    && !Facts.hasDefault(key, fact[3])
                    && !key.defaultWord().equals(FILLED.get(key.name()))) {
                wrong.put(fact[0], key.defaultWord() + ", HF " + fact[3]);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void every_key_says_what_happens_to_it_in_a_phrase() {
        List<String> wrong = new ArrayList<>();
        for (Key key : TrainingArguments.TABLE.keys()) {
            if (key.upstream().isEmpty() || key.here().isEmpty() || key.here().endsWith(".")) {
                wrong.add(key.name());
            }
        }
        assertThat(wrong).isEmpty();
    }
}
