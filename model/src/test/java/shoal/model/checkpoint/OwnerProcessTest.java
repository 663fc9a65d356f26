package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerProcessTest {
    @TempDir Path folder;

    @Test
    void this_process_lives_and_reads_back() {
        OwnerProcess self = OwnerProcess.self();

        assertThat(self.id()).isEqualTo(ProcessHandle.current().pid());
        assertThat(self.isAlive()).isTrue();
        assertThat(OwnerProcess.of(self.text())).isEqualTo(self);
    }

    @Test
    void a_process_that_has_the_id_of_a_dead_one_is_another_process() {
        OwnerProcess self = OwnerProcess.self();

        assertThat(new OwnerProcess(self.id(), self.startTicks() - 1).isAlive()).isFalse();
        assertThat(new OwnerProcess(4_000_000_000_000L, self.startTicks()).isAlive()).isFalse();
    }

    @Test
    void a_process_lives_until_it_ends_whatever_its_name_is() throws Exception {
        Path program = folder.resolve("a) b (c 1 2");
        Files.copy(Path.of("/bin/sleep"), program);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Process child = new ProcessBuilder(program.toString(), "60").start();
        OwnerProcess owner;
        try {
            owner = owner(child.pid());
            assertThat(owner.isAlive()).isTrue();
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertThat(owner.isAlive()).isFalse();
    }

    /** The ticks by another way than the one tested: the fields counted from the end. */
    private static OwnerProcess owner(long id) throws IOException {
        String[] fields = Files.readString(Path.of("/proc/" + id + "/stat")).strip().split(" ", -1);
        return new OwnerProcess(id, Long.parseLong(fields[fields.length - (52 - 21)]));
    }
}
