package shoal.worker.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.wire.MemoryOffer;

/**
 * The private folder through which the workers of one host find a {@link MemoryRing}:
 *
 * <pre>
 *   /dev/shm/shoal-RANDOM/   0700
 *     nonce                  0600, 64 hex digits; locked while its owner lives
 *     ring                   0600
 * </pre>
 *
 * <p>It is removed as soon as everybody who can read it has it open, so that a killed worker leaves
 * nothing; what one leaves that is killed before is removed by the next worker that starts on the
 * host.
 */
final class MemoryFolder implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryFolder.class);

    private static final String NONCE = "nonce";
    private static final String RING = "ring";
    private static final int NONCE_BYTES = 32;
    private static final int NONCE_DIGITS = 2 * NONCE_BYTES;

    /** Between making a folder and locking it; nothing younger is taken for a leftover. */
    private static final Duration YOUNG = Duration.ofSeconds(30);

    private static final Set<StandardOpenOption> NEW =
            EnumSet.of(
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);

    private final Path folder;
    private final MemoryOffer offer;
    private final FileChannel lock;
    private final MemoryRing ring;

    private MemoryFolder(Path folder, MemoryOffer offer, FileChannel lock, MemoryRing ring) {
        this.folder = folder;
        this.offer = offer;
        this.lock = lock;
        this.ring = ring;
    }

    /**
     * Makes a ring with all of its pages: a file that ran out of space later would be found out in
     * the middle of a step.
     *
     * @param root the host's shared memory, /dev/shm
     * @throws IOException if there is none or too little
     */
    static MemoryFolder create(Path root, MemoryRing.Layout layout, SecureRandom random)
            throws IOException {
        FileStore store = Files.getFileStore(root);
        if (store.getUsableSpace() < layout.sizeBytes()) {
            throw new IOException(
                    root
                            + " has "
                            + (store.getUsableSpace() >> 20)
                            + " MiB left, of which "
                            + (layout.sizeBytes() >> 20)
                            + " are needed");
        }
        MemoryOffer offer = new MemoryOffer("shoal-" + hex(random, 16), hex(random, NONCE_BYTES));
        Path folder = root.resolve(offer.folder());
        Files.createDirectory(folder, only("rwx------"));
        List<FileChannel> opened = new ArrayList<>();
        try {
            FileChannel lock = FileChannel.open(folder.resolve(NONCE), NEW, only("rw-------"));
            opened.add(lock);
            lock.lock();
            lock.write(ByteBuffer.wrap(offer.nonce().getBytes(US_ASCII)));
            FileChannel ring = FileChannel.open(folder.resolve(RING), NEW, only("rw-------"));
            opened.add(ring);
            reserve(ring, layout.sizeBytes());
            return new MemoryFolder(folder, offer, lock, new MemoryRing(ring, layout));
        } catch (IOException e) {
            for (FileChannel file : opened) {
                file.close();
            }
            remove(folder);
            throw e;
        }
    }

    /** Where peers on this host find it. */
    MemoryOffer offer() {
        return offer;
    }

    MemoryRing ring() {
        return ring;
    }

    /** Removes the folder; who has the ring open keeps it. */
    void hide() throws IOException {
        remove(folder);
    }

    /**
     * Opens a peer's ring for one reader and track, if the peer is on this host: then its folder is
     * private, ours, and has the nonce that the peer said.
     */
    static Optional<MemoryReader> open(
            Path root, MemoryOffer offer, MemoryRing.Layout layout, int reader, Kind.Track track) {
        Path folder = root.resolve(offer.folder());
        try {
            if (!ours(folder)) {
                return Optional.empty();
            }
            String nonce = read(folder.resolve(NONCE));
            if (!nonce.equals(offer.nonce())) {
                return Optional.empty();
            }
            FileChannel file =
                    FileChannel.open(
                            folder.resolve(RING),
                            StandardOpenOption.READ,
                            LinkOption.NOFOLLOW_LINKS);
            if (file.size() != layout.sizeBytes()) {
                file.close();
                return Optional.empty();
            }
            return Optional.of(new MemoryReader(file, layout, reader, track));
        } catch (IOException elsewhere) {
            LOG.debug("the shared memory of a peer cannot be read", elsewhere);
            return Optional.empty();
        }
    }

    /** Removes what dead workers left. */
    static void removeLeftovers(Path root, Instant now) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, "shoal-*")) {
            for (Path folder : folders) {
                removeIfDead(folder, now);
            }
        } catch (IOException none) {
            LOG.debug("there is no shared memory to look for leftovers in", none);
        }
    }

    @Override
    public void close() throws IOException {
        ring.close();
        remove(folder);
        lock.close();
    }

    private static void removeIfDead(Path folder, Instant now) {
        try {
            Instant made = Files.getLastModifiedTime(folder).toInstant();
            if (!ours(folder) || made.plus(YOUNG).isAfter(now)) {
                return;
            }
            Path nonce = folder.resolve(NONCE);
            if (Files.exists(nonce, LinkOption.NOFOLLOW_LINKS) && isLocked(nonce)) {
                return;
            }
            remove(folder);
            LOG.info("removed shared memory of a worker that is gone folder={}", folder);
        } catch (IOException e) {
            LOG.warn("cannot tell whether shared memory is still used folder={}", folder, e);
        }
    }

    private static boolean isLocked(Path nonce) throws IOException {
        try (FileChannel file =
                        FileChannel.open(
                                nonce, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = file.tryLock()) {
            return lock == null;
        } catch (OverlappingFileLockException thisProcess) {
            return true;
        }
    }

    /** Whether it is a real folder of this user that nobody else may enter. */
    private static boolean ours(Path folder) throws IOException {
        Path self = Path.of("/proc/self");
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(folder).equals(Files.getOwner(self))
                && Files.getPosixFilePermissions(folder)
                        .equals(
                                EnumSet.of(
                                        PosixFilePermission.OWNER_READ,
                                        PosixFilePermission.OWNER_WRITE,
                                        PosixFilePermission.OWNER_EXECUTE));
    }

    private static String read(Path nonce) throws IOException {
        try (FileChannel file =
                FileChannel.open(nonce, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer digits = ByteBuffer.allocate(NONCE_DIGITS);
            while (digits.hasRemaining() && file.read(digits) >= 0) {}
            return new String(digits.array(), 0, digits.position(), US_ASCII);
        }
    }

    private static void reserve(FileChannel ring, long sizeBytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = 0; at < sizeBytes; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), sizeBytes - at));
            at += ring.write(zeros, at);
        }
    }

    private static void remove(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(RING));
        Files.deleteIfExists(folder.resolve(NONCE));
        Files.deleteIfExists(folder);
    }

    private static FileAttribute<Set<PosixFilePermission>> only(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }

    private static String hex(SecureRandom random, int bytes) {
        byte[] bits = new byte[bytes];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }
}
