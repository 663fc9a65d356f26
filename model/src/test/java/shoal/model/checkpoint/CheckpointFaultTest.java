package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.UserException;

/**
 * Whatever step of writing, replacing or removing a checkpoint is the last one, the one before
 * stays good and is found.
 */
class CheckpointFaultTest {
    /** Steps of all three acts together, fewer than this. */
    private static final int STEPS = 500;

    @TempDir Path folder;
    private ModelFolder model;
    private Path out;

    @BeforeEach
    void writeTheOneBefore() throws IOException {
        model = CheckpointFixture.model(Files.createDirectory(folder.resolve("start")));
        out = Files.createDirectory(folder.resolve("out"));
        CheckpointFixture.write(Checkpoints.in(out, "out"), 10, model);
    }

    /** A disk of which one step, and every later one, fails. */
    private static class FailingDisk extends Disk {
        private int stepsLeft;

        FailingDisk(int stepsLeft) {
            this.stepsLeft = stepsLeft;
        }

        boolean failed() {
            return stepsLeft < 0;
        }

        /** Called before each step. */
        void step() throws IOException {
            if (--stepsLeft < 0) {
                fail();
            }
        }

        void fail() throws IOException {
            throw new IOException("No space left on device");
        }

        @Override
        FileChannel create(Path file) throws IOException {
            step();
            return super.create(file);
        }

        /** In two halves, with the step between them. */
        @Override
        void write(FileChannel channel, long position, ByteBuffer bytes) throws IOException {
            int half = bytes.remaining() / 2;
            int end = bytes.limit();
            super.write(channel, position, bytes.limit(bytes.position() + half));
            step();
            super.write(channel, position + half, bytes.limit(end));
        }

        @Override
        void copy(Path from, Path to) throws IOException {
            step();
            super.copy(from, to);
        }

        @Override
        SealedFile seal(Path file) throws IOException {
            step();
            return super.seal(file);
        }

        @Override
        public void forceFolder(Path folder) throws IOException {
            step();
            super.forceFolder(folder);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            step();
            super.rename(from, to);
        }

        @Override
        void delete(Path path) throws IOException {
            step();
            super.delete(path);
        }
    }

    /** A process that dies at a step, as kill -9 ends it. */
    private static final class DyingDisk extends FailingDisk {
        DyingDisk(int stepsLeft) {
            super(stepsLeft);
        }

        @Override
        void fail() {
            Runtime.getRuntime().halt(137);
        }
    }

    /** The child process: writes, replaces and removes checkpoints until its disk kills it. */
    public static void main(String[] arguments) {
        ModelFolder model = ModelFolder.open(Path.of(arguments[0]), "start");
        int last = Integer.parseInt(arguments[2]);
        act(Checkpoints.in(Path.of(arguments[1]), "out", new DyingDisk(last)), model);
    }

    private static void act(Checkpoints checkpoints, ModelFolder model) {
        CheckpointFixture.write(checkpoints, 20, model);
        CheckpointFixture.write(checkpoints, 20, model);
        checkpoints.remove(10);
    }

    @Test
    void a_disk_that_is_full_at_some_steps_leaves_the_checkpoint_before() throws IOException {
        failAtEvery(19);
    }

    @Test
    @Tag("slow")
    void a_disk_that_is_full_at_any_step_leaves_the_checkpoint_before() throws IOException {
        failAtEvery(1);
    }

    private void failAtEvery(int stride) throws IOException {
        int last = 0;
        boolean failed = true;
        while (failed) {
            FailingDisk disk = new FailingDisk(last);
            Checkpoints checkpoints = Checkpoints.in(out, "out", disk);
            try {
                act(checkpoints, model);
                failed = false;
            } catch (UserException | UncheckedIOException refused) {
                assertThat(disk.failed()).isTrue();
                assertThat(refused).hasMessageContaining("No space left on device");
            }
            assertOneIsGood("step " + last);
            restore();
            last += stride;
            assertThat(last).isLessThan(STEPS);
        }
        assertThat(last).as("steps that failed").isGreaterThan(60);
    }

    /** Some checkpoint is good before anything is cleared, or at the latest after. */
    private void assertOneIsGood(String when) throws IOException {
        Checkpoints checkpoints = Checkpoints.in(out, "out");
        int before = newest(checkpoints, when);
        asIfWrittenByADeadProcess();
        checkpoints.removeLeftovers();
        assertThat(newest(checkpoints, when)).as(when).isGreaterThanOrEqualTo(before);
        try (Stream<Path> left = Files.list(out)) {
            assertThat(left.map(each -> each.getFileName().toString()))
                    .as(when)
                    .allMatch(name -> name.matches("checkpoint-[12]0"));
        }
    }

    /** Every folder of a checkpoint's name must be whole. */
    private static int newest(Checkpoints checkpoints, String when) {
        Checkpoints.Choice choice = checkpoints.newest();
        assertThat(choice.passedOver()).as(when).isEmpty();
        assertThat(choice.newest()).as(when).isPresent();
        return choice.newest().orElseThrow().position().step();
    }

    private void asIfWrittenByADeadProcess() throws IOException {
        String alive = "-" + OwnerProcess.self().text() + "-";
        for (Path each : list(out)) {
            String name = each.getFileName().toString();
            if (name.startsWith(".") && name.contains(alive)) {
                Files.move(each, each.resolveSibling(name.replace(alive, "-4000000000000-1-")));
            }
        }
    }

    private void restore() throws IOException {
        for (Path each : list(out)) {
            new Disk().deleteFolder(each);
        }
        CheckpointFixture.write(Checkpoints.in(out, "out"), 10, model);
    }

    private static List<Path> list(Path folder) throws IOException {
        return Disk.list(folder);
    }

    @Test
    @Tag("slow")
    void a_process_that_is_killed_at_any_step_leaves_the_checkpoint_before() throws Exception {
        int last = 0;
        int exit = 137;
        while (exit == 137) {
            Process child = start(List.of(), last);
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            exit = child.exitValue();
            assertThat(exit).as("step %d", last).isIn(0, 137);
            assertOneIsGood("killed at step " + last);
            restore();
            last++;
            assertThat(last).isLessThan(STEPS);
        }
        assertThat(last).isGreaterThan(60);
    }

    @Test
    void a_real_limit_of_the_system_leaves_the_checkpoint_before() throws Exception {
        Process child = start(List.of("bash", "-c", "ulimit -f 8; exec \"$@\"", "limited"), STEPS);

        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(child.exitValue()).isEqualTo(1);
        assertOneIsGood("files of at most 8 KiB");
    }

    private Process start(List<String> before, int last) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(CheckpointFaultTest.class.getName());
        command.addAll(List.of(folder.resolve("start").toString(), out.toString(), "" + last));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File(folder.toFile(), "child.log"))
                .start();
    }

    @Test
    void any_damaged_bit_of_any_file_is_found() throws IOException {
        Checkpoints checkpoints = Checkpoints.in(out, "out");
        long seed = Long.getLong("shoal.seed", 20_260_728L);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 400; i++) {
            List<Path> files = list(out.resolve("checkpoint-10"));
            Path file = files.get(random.nextInt(files.size()));
            byte[] good = Files.readAllBytes(file);
            byte[] bad = damaged(good, random);
            Files.write(file, bad);
            Checkpoints.Choice choice = checkpoints.newest();
            String what = file.getFileName() + ", -Dshoal.seed=" + seed + ", case " + i;
            if (!isBlankOfJson(file, good, bad)) {
                assertThat(choice.newest()).as(what).isEmpty();
                assertThat(choice.passedOver()).as(what).isNotEmpty();
            }
            Files.write(file, good);
        }
        assertThat(checkpoints.newest().newest()).isPresent();
    }

    /** One bit turned, bytes cut off, or bytes added. */
    private static byte[] damaged(byte[] good, SplittableRandom random) {
        int at = random.nextInt(good.length);
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(good, at);
            case 1 -> Arrays.copyOf(good, good.length + 1 + random.nextInt(9));
            default -> {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << random.nextInt(8));
                yield bad;
            }
        };
    }

    /** The manifest's seal is over its values; how it is laid out does not matter. */
    private static boolean isBlankOfJson(Path file, byte[] good, byte[] bad) {
        return file.endsWith(ManifestJson.NAME)
                && new String(good, StandardCharsets.ISO_8859_1)
                        .replaceAll("\\s", "")
                        .equals(new String(bad, StandardCharsets.ISO_8859_1).replaceAll("\\s", ""));
    }

    @Test
    void a_manifest_never_reaches_outside_of_its_folder() throws IOException {
        Files.writeString(folder.resolve("secret"), "x");
        Checkpoint good = Checkpoint.open(out.resolve("checkpoint-10"), "c");
        List<SealedFile> files = new ArrayList<>();
        files.add(new SealedFile("../secret", 1, "0".repeat(64)));
        CheckpointManifest manifest =
                new CheckpointManifest(
                        good.recipe().orElseThrow(),
                        good.position(),
                        good.facts().orElseThrow(),
                        files);
        Files.writeString(out.resolve("checkpoint-10/shoal.json"), ManifestJson.write(manifest));

        assertThatThrownBy(() -> Checkpoint.open(out.resolve("checkpoint-10"), "c"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("lists \"../secret\", expected the name of a file in the");
    }
}
