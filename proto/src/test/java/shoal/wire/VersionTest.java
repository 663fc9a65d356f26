package shoal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class VersionTest {
    @Test
    void the_version_on_the_wire_is_that_of_the_root_pom() throws IOException {
        Path pom = Path.of(System.getProperty("shoal.root"), "pom.xml");

        assertThat(Files.readString(pom)).contains("<version>" + Version.CURRENT + "</version>");
    }
}
