package shoal.coordinator.artefact;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;
import shoal.coordinator.core.Hash;
import shoal.model.checkpoint.Disk;

/** Keeps files under their hash. Safe for any thread. */
public final class ArtefactShelf {
    /** Remembers which files are complete. */
    public interface Catalogue {
        OptionalLong artefactSize(Hash hash);

        void addArtefact(Hash hash, long sizeBytes);
    }

    private final Path folder;
    private final Path incoming;
    private final Catalogue catalogue;
    private final Disk disk = new Disk();

    private ArtefactShelf(Path folder, Catalogue catalogue) {
        this.folder = folder;
        this.incoming = folder.resolve("incoming");
        this.catalogue = catalogue;
    }

    /** Opens the shelf and removes what was half received when the process last ended. */
    public static ArtefactShelf open(Path folder, Catalogue catalogue) throws IOException {
        ArtefactShelf shelf =
                new ArtefactShelf(
                        requireNonNull(folder, "folder"), requireNonNull(catalogue, "catalogue"));
        Files.createDirectories(shelf.incoming);
        try (Stream<Path> leftovers = Files.list(shelf.incoming)) {
            for (Path leftover : leftovers.toList()) {
                Files.delete(leftover);
            }
        }
        return shelf;
    }

    /** The length of a complete file. */
    public OptionalLong sizeBytes(Hash hash) {
        return catalogue.artefactSize(hash);
    }

    /** Where a complete file lies. */
    public Path path(Hash hash) {
        return folder.resolve(hash.hex().substring(0, 2)).resolve(hash.hex());
    }

    /** Begins to receive a file. */
    public IncomingFile receive(Hash hash, long sizeBytes) throws IOException {
        return IncomingFile.create(
                this, new Expected(hash, sizeBytes), Files.createTempFile(incoming, "file-", ""));
    }

    /** What a file must be. */
    record Expected(Hash hash, long sizeBytes) {
        Expected {
            requireNonNull(hash, "hash");
        }
    }

    /** Puts a checked, durable file in its place. */
    void keep(Path file, Expected what) throws IOException {
        Path place = path(what.hash());
        Path parent = folder.resolve(what.hash().hex().substring(0, 2));
        Files.createDirectories(parent);
        disk.rename(file, place);
        disk.forceFolder(parent);
        catalogue.addArtefact(what.hash(), what.sizeBytes());
    }
}
