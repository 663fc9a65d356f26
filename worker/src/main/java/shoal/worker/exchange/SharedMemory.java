package shoal.worker.exchange;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.recipe.Limits;
import shoal.wire.MemoryOffer;

/** This worker's ring and its way to those of its peers, if the host has memory to share. */
final class SharedMemory implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemory.class);

    private final Crew crew;
    private final ExchangeSettings settings;
    private final Optional<Path> root;
    private final Optional<MemoryFolder> folder;

    private SharedMemory(
            Crew crew,
            ExchangeSettings settings,
            Optional<Path> root,
            Optional<MemoryFolder> folder) {
        this.crew = crew;
        this.settings = settings;
        this.root = root;
        this.folder = folder;
    }

    /** Makes this worker's ring; without one, where that cannot be, and says why. */
    static SharedMemory open(Crew crew, ExchangeSettings settings) {
        MemoryRing.Layout layout = settings.ring(crew.members().size(), crew.index());
        Optional<MemoryFolder> folder = settings.memory().flatMap(root -> create(root, layout));
        return new SharedMemory(
                crew, settings, folder.isPresent() ? settings.memory() : Optional.empty(), folder);
    }

    /** What to tell a peer. */
    Optional<MemoryOffer> offer() {
        return folder.map(MemoryFolder::offer);
    }

    /** How to read what a peer writes for this worker, if it offers that and is on this host. */
    Optional<ValueReader> reader(int peer, Kind.Track track, Optional<MemoryOffer> offer) {
        if (root.isEmpty() || offer.isEmpty()) {
            return Optional.empty();
        }
        MemoryRing.Layout theirs = settings.ring(crew.members().size(), peer);
        return MemoryFolder.open(root.get(), offer.get(), theirs, crew.index(), track)
                .map(reader -> reader);
    }

    /** The way to a peer that reads this worker's memory. */
    Way to(int peer, Kind.Track track, Frames frames) {
        return folder.orElseThrow(
                        () -> new IllegalArgumentException("it reads memory that is not there"))
                .ring()
                .to(peer, track, frames);
    }

    /** All who can have opened it: from now on a killed worker leaves nothing. */
    void hide() {
        try {
            if (folder.isPresent()) {
                folder.get().hide();
            }
        } catch (IOException e) {
            LOG.warn("the folder of shared memory cannot be removed", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (folder.isPresent()) {
            folder.get().close();
        }
    }

    private static Optional<MemoryFolder> create(Path root, MemoryRing.Layout layout) {
        if (layout.workers() == 1) {
            return Optional.empty();
        }
        if (layout.sizeBytes() > Limits.SHARED_MEMORY_BYTES) {
            LOG.warn(
                    "shared memory is not used, streams are: {} workers need {} bytes, at most {}",
                    layout.workers(),
                    layout.sizeBytes(),
                    Limits.SHARED_MEMORY_BYTES);
            return Optional.empty();
        }
        try {
            return Optional.of(MemoryFolder.create(root, layout, new SecureRandom()));
        } catch (IOException e) {
            LOG.warn("shared memory is not used, streams are: {}", e.toString());
            return Optional.empty();
        }
    }
}
