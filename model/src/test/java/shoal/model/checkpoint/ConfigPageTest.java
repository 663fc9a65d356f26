package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import shoal.recipe.key.Key;
import shoal.recipe.key.KeyGroup;
import shoal.recipe.key.Verdict;

/** Pins every key of config.json and what is said about it. */
class ConfigPageTest {
    private static final Path PAGE =
            Path.of(System.getProperty("shoal.root", ".."), "docs", "model-config.md");

    private static final String INTRODUCTION =
            """
            # Keys of config.json

            Every key that HF reads in the `config.json` of a GPT-2 model (`GPT2Config` and `PretrainedConfig`,
            transformers 4.57.6), and those that older, later and other programs write there, with what Shoal makes of
            them. A key is honoured, or without effect at HF as well, or refused with the reason. HF keeps a key that it
            does not know as an attribute that nothing reads; such a key is kept here too, with a notice that names the
            nearest known one.

            `hidden_size`, `num_hidden_layers`, `num_attention_heads` and `max_position_embeddings` are other names of
            `n_embd`, `n_layer`, `n_head` and `n_positions`, and win where a file has both, as HF's `attribute_map` has it.

            This page is generated from the tables in `model/`: do not edit it. `mvn test -pl model -am -Drewrite=true
            -Dtest=ConfigPageTest -Dsurefire.failIfNoSpecifiedTests=false` writes it again.
            """;

    @Test
    void the_page_is_what_the_table_says() throws IOException {
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(PAGE, text());
        }

        assertThat(Files.readString(PAGE))
                .as("docs/model-config.md is stale: run the tests of model with -Drewrite=true")
                .isEqualTo(text());
    }

    private static String text() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        for (KeyGroup group : ConfigKeys.GROUPS) {
            page.append("\n## ").append(group.title()).append("\n\n");
            page.append("| key | takes | default | HF | Shoal |\n|---|---|---|---|---|\n");
            group.keys().forEach(key -> page.append(row(key)));
        }
        return page.toString();
    }

    private static String row(Key key) {
        StringBuilder row = new StringBuilder("| `").append(key.name()).append('`');
        key.aliases().forEach(alias -> row.append(", `").append(alias).append('`'));
        row.append(" | ").append(key.type().expected());
        row.append(" | `").append(key.defaultWord()).append('`');
        row.append(" | ").append(key.upstream());
        return row.append(" | ").append(here(key)).append(" |\n").toString();
    }

    private static String here(Key key) {
        return key.verdict() == Verdict.HONOURED
                ? key.here()
                : "**" + key.verdict().words() + "**: " + key.here();
    }
}
