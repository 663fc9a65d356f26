package shoal.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import shoal.recipe.key.Verdict;

/** Pins every key of tokenizer files and what is said about it: docs/tokenizers.md. */
class TokenizersPageTest {
    private static final Path PAGE =
            Path.of(System.getProperty("shoal.root", ".."), "docs", "tokenizers.md");

    private static final String INTRODUCTION =
            """
            # Tokenizer files

            What HF's fast tokenizers read of a GPT-2 model's folder (transformers 4.57.6, `AutoTokenizer`), and what Shoal
            does with it, in `train`, `predict` and the library alike. Ids equal those of
            `tokenizer(text, add_special_tokens=False, truncation=True, max_length=N)`, or the folder is refused by the name of
            the file and the key. `TokenizerFoldersTest` compares more than 2,000 folders with HF's ids of 300 texts.

            An added token whose id the model has no embedding for (`vocab_size`) is no error until a text holds it: then the
            line of the data file is named, or `predict` is refused. HF fails with an index error.

            This page is generated from the tables in `model/`: do not edit it. `mvn test -pl model -am -Drewrite=true`
            writes it again.
            """;

    @Test
    void the_page_is_what_the_tables_say() throws IOException {
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(PAGE, text());
        }

        assertThat(Files.readString(PAGE)).isEqualTo(text());
    }

    private static String text() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        for (FileKeys.Group group : FileKeys.ALL) {
            page.append("\n## ").append(group.file()).append("\n\n").append(group.what());
            page.append("\n\n| key | takes | HF | Shoal |\n|---|---|---|---|\n");
            group.keys().forEach(key -> page.append(row(key)));
        }
        return page.toString();
    }

    private static String row(FileKey key) {
        String here =
                key.verdict() == Verdict.HONOURED
                        ? key.here()
                        : "**" + key.verdict().words() + "**: " + key.here();
        return String.format(
                "| `%s` | %s | %s | %s |%n", key.name(), key.takes().words(), key.upstream(), here);
    }
}
