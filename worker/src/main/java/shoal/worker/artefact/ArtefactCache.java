package shoal.worker.artefact;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.proto.v1.Artefact;
import shoal.recipe.Require;
import shoal.worker.stop.StopSignal;

/**
 * Keeps files by content in one folder.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>A file that {@link #obtain} returns has had the announced length and SHA-256; it appears
 *       under its name only then, and only after its bytes are durable.
 *   <li>A fetch that broke off goes on where it stopped, also in a later process; where the whole
 *       then has another hash, it begins again once.
 *   <li>Files beyond the capacity are removed, the longest unused first, but none that the run in
 *       question needs: one run's files may exceed the capacity.
 * </ul>
 *
 * <p>One process uses a folder at a time; methods are called from one thread.
 */
public final class ArtefactCache {
    private static final Logger LOG = LoggerFactory.getLogger(ArtefactCache.class);
    private static final String PART = ".part";

    /** Breaks of one download before it is given up: a redial every few seconds for minutes. */
    private static final int MOST_BREAKS = 60;

    private static final long PAUSE_MILLIS = 2_000;

    private final Path folder;
    private final long capacityBytes;
    private final ArtefactSource source;
    private final Supplier<Instant> clock;
    private final long pauseMillis;

    public ArtefactCache(Path folder, long capacityBytes, ArtefactSource source) {
        this(folder, capacityBytes, source, Instant::now, PAUSE_MILLIS);
    }

    /**
     * For tests.
     *
     * @param clock tells when a file was used last
     * @param pauseMillis between a break and the next attempt
     */
    ArtefactCache(
            Path folder,
            long capacityBytes,
            ArtefactSource source,
            Supplier<Instant> clock,
            long pauseMillis) {
        this.folder = requireNonNull(folder, "folder");
        Require.atLeast("capacityBytes", capacityBytes, 0);
        this.capacityBytes = capacityBytes;
        this.source = requireNonNull(source, "source");
        this.clock = requireNonNull(clock, "clock");
        this.pauseMillis = pauseMillis;
    }

    /** Files with these contents, in the order asked; fetched where they are not kept. */
    public List<Path> obtain(List<Artefact> artefacts, StopSignal stop) throws IOException {
        Files.createDirectories(folder);
        Set<String> needed = new HashSet<>();
        long fetchBytes = 0;
        for (Artefact artefact : artefacts) {
            boolean isNew = needed.add(hexOf(artefact));
            fetchBytes += isNew && !isKept(artefact) ? artefact.getSizeBytes() : 0;
        }
        makeRoom(fetchBytes, needed);
        for (Artefact artefact : artefacts) {
            if (!isKept(artefact)) {
                fetch(artefact, stop);
            }
            Files.setLastModifiedTime(fileOf(artefact), FileTime.from(clock.get()));
        }
        return artefacts.stream().map(this::fileOf).toList();
    }

    private boolean isKept(Artefact artefact) throws IOException {
        Path file = fileOf(artefact);
        return Files.exists(file) && Files.size(file) == artefact.getSizeBytes();
    }

    private void fetch(Artefact artefact, StopSignal stop) throws IOException {
        Path partPath = folder.resolve(hexOf(artefact) + PART);
        try (PartFile part = PartFile.open(partPath, artefact.getSizeBytes())) {
            boolean resumed = part.written() > 0;
            fill(part, artefact, stop);
            byte[] found = part.finish();
            if (resumed && !isThat(found, artefact)) {
                LOG.warn("what was fetched earlier does not fit name={}", artefact.getName());
                part.restart();
                fill(part, artefact, stop);
                found = part.finish();
            }
            if (!isThat(found, artefact)) {
                part.restart();
                throw new IOException(mismatch(artefact, found));
            }
        }
        Files.move(partPath, fileOf(artefact), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Reads until the announced length is there, across breaks. */
    private void fill(PartFile part, Artefact artefact, StopSignal stop) throws IOException {
        for (int breaks = 0; part.written() < artefact.getSizeBytes(); breaks++) {
            stop.throwIfRaised();
            try {
                source.read(artefact.getSha256(), part.written(), part::write, stop);
                if (part.written() < artefact.getSizeBytes()) {
                    throw new IOException(shorter(artefact, part.written()));
                }
            } catch (ArtefactSource.BrokenOff e) {
                if (breaks == MOST_BREAKS) {
                    throw e;
                }
                LOG.info("download broke off name={} at={}", artefact.getName(), part.written());
                stop.pause(pauseMillis);
            }
        }
    }

    /** Removes what was unused longest until so many bytes more fit. */
    private void makeRoom(long bytes, Set<String> needed) throws IOException {
        List<CachedFile> oldestFirst = CachedFile.in(folder);
        long kept = oldestFirst.stream().mapToLong(CachedFile::sizeBytes).sum();
        for (CachedFile file : oldestFirst) {
            if (kept + bytes <= capacityBytes) {
                return;
            }
            if (!needed.contains(file.name().replace(PART, ""))) {
                Files.deleteIfExists(file.path());
                kept -= file.sizeBytes();
            }
        }
    }

    private Path fileOf(Artefact artefact) {
        return folder.resolve(hexOf(artefact));
    }

    private static String hexOf(Artefact artefact) {
        byte[] sha256 = artefact.getSha256().toByteArray();
        if (sha256.length != 32) {
            throw new IllegalArgumentException(
                    "the SHA-256 of " + artefact.getName() + " has " + sha256.length + " bytes");
        }
        return HexFormat.of().formatHex(sha256);
    }

    private static boolean isThat(byte[] found, Artefact artefact) {
        return Arrays.equals(found, artefact.getSha256().toByteArray());
    }

    private static String mismatch(Artefact artefact, byte[] found) {
        return artefact.getName()
                + " arrived with SHA-256 "
                + HexFormat.of().formatHex(found)
                + ", expected "
                + hexOf(artefact)
                + ". The coordinator's copy is damaged; submit the run again.";
    }

    private static String shorter(Artefact artefact, long written) {
        return artefact.getName()
                + " ended after "
                + written
                + " bytes, expected "
                + artefact.getSizeBytes()
                + ". The coordinator's copy is damaged; submit the run again.";
    }
}
