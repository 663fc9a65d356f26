package shoal.recipe.deepspeed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import shoal.recipe.key.Facts;
import shoal.recipe.key.Key;

class DeepSpeedKeysTest {
    @Test
    void every_typed_field_of_both_versions_is_known_with_a_default_that_one_of_them_had() {
        Map<String, String> wrong = new TreeMap<>();
        for (String[] fact : Facts.of(DeepSpeedKeysTest.class, "fields.tsv")) {
            Optional<Key> key = find(fact[0]);
            if (key.isEmpty()) {
                wrong.put(fact[0], "unknown");
            } else if (!key.get().name().endsWith("*") && !Facts.hasDefault(key.get(), fact[1])) {
                wrong.put(fact[0], key.get().defaultWord() + ", DeepSpeed " + fact[1]);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void every_key_at_the_top_of_a_file_is_known() {
        for (String[] fact : Facts.of(DeepSpeedKeysTest.class, "top-level.txt")) {
            assertThat(DeepSpeedKeys.TABLE.names())
                    .as(fact[0])
                    .anyMatch(name -> name.equals(fact[0]) || name.startsWith(fact[0] + "."));
        }
    }

    @Test
    void every_documented_name_has_a_verdict_of_its_own_or_of_the_section_that_is_refused() {
        for (String[] fact : Facts.of(DeepSpeedKeysTest.class, "documented.txt")) {
            String name = fact[0];
            while (find(name).isEmpty()) {
                assertThat(name).as("no key covers " + fact[0]).contains(".");
                name = name.substring(0, name.lastIndexOf('.'));
            }
        }
    }

    @Test
    void sections_that_stand_for_names_unread_are_few() {
        assertThat(DeepSpeedKeys.TABLE.names())
                .filteredOn(name -> name.endsWith("*"))
                .containsExactly("amp.*", "datastates_ckpt.*", "quantize_training.*");
    }

    /** The key of a path, or of the section that covers it. */
    private static Optional<Key> find(String path) {
        return DeepSpeedKeys.TABLE
                .find(path)
                .or(() -> DeepSpeedKeys.TABLE.find(path.replaceFirst("[^.]*$", "*")));
    }
}
