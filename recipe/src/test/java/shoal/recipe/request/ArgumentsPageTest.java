package shoal.recipe.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Pins every name, its type, its default and what is said about it. */
class ArgumentsPageTest {
    private static final Path PAGE =
            Path.of(System.getProperty("shoal.root"), "docs", "arguments.md");

    @Test
    void the_page_is_what_the_tables_say() throws IOException {
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(PAGE, ArgumentsPage.text());
        }

        assertThat(Files.readString(PAGE))
                .as("docs/arguments.md is stale: run mvn test -pl recipe -Drewrite=true")
                .isEqualTo(ArgumentsPage.text());
    }
}
