package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.Limits;
import shoal.wire.MemoryOffer;

final class MemoryFolderTest {
    private static final MemoryRing.Layout LAYOUT = new MemoryRing.Layout(2, 0, 2);

    @TempDir private Path root;

    @Test
    void its_files_are_private_and_have_all_their_pages() throws Exception {
        try (MemoryFolder folder = MemoryFolder.create(root, LAYOUT, new SecureRandom())) {
            Path path = root.resolve(folder.offer().folder());

            assertThat(permissions(path)).isEqualTo("rwx------");
            assertThat(permissions(path.resolve("ring"))).isEqualTo("rw-------");
            assertThat(permissions(path.resolve("nonce"))).isEqualTo("rw-------");
            assertThat(Files.size(path.resolve("ring"))).isEqualTo(4L * Limits.CHUNK_BYTES);
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void a_reader_reads_what_was_written_even_after_the_folder_is_gone() throws Exception {
        try (MemoryFolder folder = MemoryFolder.create(root, LAYOUT, new SecureRandom())) {
            MemoryReader reader = open(folder.offer()).orElseThrow();
            folder.hide();
            assertThat(left()).isEmpty();
            RangeHeader range = ExchangeContract.node(0, 0, 64);

            folder.ring()
                    .to(1, Kind.Track.RESULTS, new Frames("run", 1))
                    .frame(5, range, ExchangeContract.values(range, 3));

            ByteBuffer target = ByteBuffer.allocateDirect(Limits.CHUNK_BYTES);
            reader.read(5, 256, target);
            assertThat(target).isEqualTo(ExchangeContract.values(range, 3));
            reader.close();
        }
    }

    @Test
    void only_a_private_folder_with_the_nonce_said_and_a_ring_of_the_right_length_is_opened()
            throws Exception {
        try (MemoryFolder folder = MemoryFolder.create(root, LAYOUT, new SecureRandom())) {
            MemoryOffer right = folder.offer();
            Path path = root.resolve(right.folder());

            assertThat(open(new MemoryOffer(right.folder(), "0".repeat(64)))).isEmpty();
            assertThat(open(new MemoryOffer("shoal-" + "0".repeat(32), right.nonce()))).isEmpty();
            assertThat(
                            MemoryFolder.open(
                                    root,
                                    right,
                                    new MemoryRing.Layout(3, 0, 2),
                                    1,
                                    Kind.Track.NODES))
                    .isEmpty();
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            assertThat(open(right)).isEmpty();
        }
    }

    @Test
    void too_little_room_is_said_in_numbers() {
        MemoryRing.Layout huge = new MemoryRing.Layout(1_024, 0, 1 << 20);

        assertThatThrownBy(() -> MemoryFolder.create(root, huge, new SecureRandom()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("MiB left, of which 268173312 are needed");
        assertThat(left()).isEmpty();
    }

    @Test
    void leftovers_of_dead_owners_go_and_those_of_living_ones_stay() throws Exception {
        Instant now = Instant.parse("2030-01-01T00:00:00Z");
        Path dead = folder("shoal-" + "d".repeat(32), now.minus(Duration.ofHours(1)));
        Path young = folder("shoal-" + "e".repeat(32), now.minus(Duration.ofSeconds(5)));
        Path foreign = folder("shoal-" + "f".repeat(32), now.minus(Duration.ofHours(1)));
        Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwxrwx---"));
        try (MemoryFolder living = MemoryFolder.create(root, LAYOUT, new SecureRandom())) {
            Path alive = root.resolve(living.offer().folder());
            Files.setLastModifiedTime(alive, FileTime.from(now.minus(Duration.ofHours(1))));

            MemoryFolder.removeLeftovers(root, now);

            assertThat(left()).containsExactlyInAnyOrder(young, foreign, alive);
            assertThat(dead).doesNotExist();
        }
    }

    @Test
    void without_memory_streams_are_used() throws Exception {
        List<Gathered> receivers = ExchangeContract.receivers(2);
        ExchangeSettings settings = Crews.settings(Optional.of(root.resolve("missing")), 4);

        try (ExchangeContract.Cluster cluster = Crews.cluster(receivers, settings)) {
            assertThat(cluster.of(0).counts().peersThroughMemory()).isZero();
        }
    }

    private Optional<MemoryReader> open(MemoryOffer offer) {
        return MemoryFolder.open(root, offer, LAYOUT, 1, Kind.Track.RESULTS);
    }

    private Path folder(String name, Instant made) throws IOException {
        Path folder = Files.createDirectory(root.resolve(name));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(folder.resolve("nonce"), "0".repeat(64));
        Files.write(folder.resolve("ring"), new byte[10]);
        Files.setLastModifiedTime(folder, FileTime.from(made));
        return folder;
    }

    private List<Path> left() {
        try (Stream<Path> left = Files.list(root)) {
            return left.toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
