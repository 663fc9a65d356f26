package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.UserException;

/** Who has an output folder. */
final class FolderLockTest {
    @TempDir Path folder;

    /** Takes a folder, says so, and keeps it until it is killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            try (FolderLock held = FolderLock.take(Path.of(args[0]), "out", "here")) {
                System.out.println("taken " + (held != null));
                System.in.read();
            }
        }
    }

    @Test
    void a_folder_is_taken_once_and_given_back_without_a_trace() throws IOException {
        Path out = folder.resolve("runs/out");
        try (FolderLock first = FolderLock.take(out, "runs/out", "here")) {
            assertThat(first).isNotNull();
            assertThat(Files.readString(folder.resolve("runs/.out.lock")))
                    .isEqualTo("here " + OwnerProcess.self().text() + "\n");
            assertThatThrownBy(() -> FolderLock.take(out, "runs/out", "here"))
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            "--output_dir: is runs/out, where another training is writing: process "
                                    + ProcessHandle.current().pid()
                                    + " on here. Wait for its end, or name another folder");
        }

        assertThat(folder.resolve("runs")).isEmptyDirectory();
        FolderLock.take(out, "runs/out", "here").close();
    }

    @Test
    void what_a_killed_process_or_one_with_a_reused_id_left_keeps_nobody_out() throws Exception {
        Path out = folder.resolve("out");
        Process child = child(out);
        assertThatThrownBy(() -> FolderLock.take(out, "out", "here"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("process " + child.pid() + " on here");

        child.destroyForcibly().waitFor();

        assertThat(folder.resolve(".out.lock")).isNotEmptyFile();
        FolderLock.take(out, "out", "here").close();
        OwnerProcess reused = new OwnerProcess(ProcessHandle.current().pid(), 1);
        Files.writeString(folder.resolve(".out.lock"), "here " + reused.text() + "\n");
        FolderLock.take(out, "out", "here").close();
        Files.writeString(folder.resolve(".out.lock"), "cut sh");
        FolderLock.take(out, "out", "here").close();
        assertThat(folder.resolve(".out.lock")).doesNotExist();
    }

    @Test
    void a_process_of_another_host_is_believed_and_named_with_the_remedy() throws IOException {
        Path lock = Files.writeString(folder.resolve(".out.lock"), "there 12-34\n");

        assertThatThrownBy(() -> FolderLock.take(folder.resolve("out"), "out", "here"))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "--output_dir: is out, where another training is writing: process 12 on"
                                + " there. If that one has ended, remove "
                                + lock
                                + "; else name another folder");
        Files.delete(lock);
        FolderLock.take(folder.resolve("out"), "out", "here").close();
    }

    private static Process child(Path out) throws IOException {
        Process child =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-XX:TieredStopAtLevel=1",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Child.class.getName(),
                                        out.toString()))
                        .redirectErrorStream(true)
                        .start();
        BufferedReader said = child.inputReader();
        assertThat(said.readLine()).isEqualTo("taken true");
        return child;
    }
}
