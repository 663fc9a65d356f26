package shoal.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What the system refuses, in words. */
final class MachineExceptionTest {
    @Test
    void a_refusal_is_told_with_its_remedy() {
        assertThat(MachineException.of("out", "cannot be written", new AccessDeniedException("/a")))
                .hasMessage(
                        "out: cannot be written: Permission denied (/a). Let this user read and"
                                + " write it, or name another folder");
        assertThat(MachineException.of("out", "cannot be written", new IOException("odd")))
                .hasMessage(
                        "out: cannot be written: java.io.IOException: odd. Look at that disk and"
                                + " its permissions, or name another folder");
    }

    @Test
    void a_full_device_is_known_by_what_the_system_says() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "no /dev/full here");
        try (OutputStream out = new FileOutputStream(full.toFile())) {
            out.write(1);
            throw new AssertionError("/dev/full takes a byte");
        } catch (IOException refused) {
            assertThat(MachineException.behind(new UncheckedIOException(refused)))
                    .hasValueSatisfying(
                            found ->
                                    assertThat(found)
                                            .hasMessageContaining("No space left on device")
                                            .hasMessageContaining("Free some room"));
        }
    }

    @Test
    void only_what_no_program_causes_is_behind_something_unexpected() {
        FileSystemException readOnly =
                new FileSystemException("/m/x", null, "Read-only file system");

        assertThat(MachineException.behind(new IllegalStateException("x", readOnly)))
                .hasValueSatisfying(found -> assertThat(found).hasMessageStartingWith("/m/x: "));
        assertThat(MachineException.behind(new MachineException("a", "is damaged"))).isPresent();
        assertThat(MachineException.behind(new IllegalStateException("bug"))).isEmpty();
        assertThat(MachineException.behind(new UncheckedIOException(new NoSuchFileException("f"))))
                .isEmpty();
    }
}
