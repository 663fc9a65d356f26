package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import shoal.cli.outcome.CommandException;
import shoal.cli.outcome.FileTrees;
import shoal.proto.v1.FetchChunk;
import shoal.proto.v1.FetchRequest;
import shoal.proto.v1.ResultFile;
import shoal.proto.v1.RunsGrpc;
import shoal.recipe.ErrorCode;
import shoal.recipe.MachineException;
import shoal.recipe.Sha256;
import shoal.recipe.UserException;

/**
 * Fetches the files of a finished run into a folder.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Nothing appears in the folder before every file is here, with the hash and size that the
 *       coordinator named, and on disk.
 *   <li>No path of the coordinator's leads out of the folder.
 * </ul>
 */
public final class ResultDownload {
    /** A result is a model folder: tens of files. */
    private static final int FILES = 10_000;

    private static final long DEADLINE_SECONDS = 60;
    private static final long SLOWEST_BYTES_PER_SECOND = 100_000;

    private final CoordinatorClient client;
    private final String run;

    public ResultDownload(CoordinatorClient client, String run) {
        this.client = requireNonNull(client, "client");
        this.run = requireNonNull(run, "run");
    }

    /**
     * Fetches everything; files of the same names are replaced.
     *
     * @param listener told how many bytes are here, now and then
     * @return the bytes of all files
     */
    public long into(Path folder, TransferListener listener) {
        List<ResultFile> files = client.files(run);
        if (files.size() > FILES) {
            throw misled("it lists " + files.size() + " files, at most " + FILES + " are fetched");
        }
        long all = files.stream().mapToLong(ResultFile::getSizeBytes).sum();
        long bytes = 0;
        try (StagedFolder staged = StagedFolder.beside(folder)) {
            for (ResultFile file : files) {
                long before = bytes;
                fetch(
                        file,
                        staged.place(checked(file)),
                        done -> listener.moved(before + done, all));
                bytes += file.getSizeBytes();
            }
            staged.publish();
            return bytes;
        } catch (IOException e) {
            throw MachineException.of(folder.toString(), "cannot be written", e);
        }
    }

    private Path checked(ResultFile file) {
        Path path = Path.of(file.getPath());
        boolean leaves =
                path.isAbsolute()
                        || !path.equals(path.normalize())
                        || path.startsWith("..")
                        || file.getPath().isEmpty();
        if (leaves) {
            throw misled("it names the file '" + file.getPath() + "', outside the result");
        }
        return path;
    }

    private void fetch(ResultFile file, Path target, LongConsumer fetched) throws IOException {
        Attempts attempts = client.attempts(file.getPath() + " of run " + run);
        try (FileChannel out =
                FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Incoming incoming = new Incoming(file, out, fetched);
            while (!incoming.ended) {
                attempt(incoming, attempts);
            }
            out.force(true);
            verify(file, incoming.sizeBytes, ByteString.copyFrom(incoming.digest.digest()));
        }
    }

    /** Reads on; returns when the file is here, or when it is time for another attempt. */
    private void attempt(Incoming incoming, Attempts attempts) throws IOException {
        long before = incoming.sizeBytes;
        try {
            read(incoming);
            incoming.ended = true;
        } catch (StatusRuntimeException e) {
            if (incoming.sizeBytes > before) {
                attempts.progressed();
            }
            attempts.failed(e);
        }
    }

    /** Reads what has not come yet. */
    private void read(Incoming incoming) throws IOException {
        Context.CancellableContext context = Context.current().withCancellation();
        Context before = context.attach();
        try {
            Iterator<FetchChunk> chunks = chunks(incoming.file, incoming.sizeBytes);
            while (chunks.hasNext()) {
                incoming.take(chunks.next().getData());
            }
        } finally {
            context.detach(before);
            context.cancel(null);
        }
    }

    /** A file that comes, perhaps in several streams. */
    private final class Incoming {
        private final ResultFile file;
        private final FileChannel out;
        private final LongConsumer fetched;
        private final MessageDigest digest = Sha256.digest();
        private long sizeBytes;
        private boolean ended;

        Incoming(ResultFile file, FileChannel out, LongConsumer fetched) {
            this.file = file;
            this.out = out;
            this.fetched = fetched;
        }

        void take(ByteString data) throws IOException {
            sizeBytes += data.size();
            if (sizeBytes > file.getSizeBytes()) {
                throw misled(file.getPath() + " is longer than it said");
            }
            for (ByteBuffer part : data.asReadOnlyByteBufferList()) {
                digest.update(part.duplicate());
                writeAll(out, part);
            }
            fetched.accept(sizeBytes);
        }
    }

    private Iterator<FetchChunk> chunks(ResultFile file, long offset) {
        long seconds = DEADLINE_SECONDS + file.getSizeBytes() / SLOWEST_BYTES_PER_SECOND;
        FetchRequest request =
                FetchRequest.newBuilder()
                        .setName(run)
                        .setPath(file.getPath())
                        .setOffsetBytes(offset)
                        .build();
        return RunsGrpc.newBlockingStub(client.channel())
                .withDeadlineAfter(seconds, TimeUnit.SECONDS)
                .fetch(request);
    }

    private static void writeAll(FileChannel out, ByteBuffer part) throws IOException {
        while (part.hasRemaining()) {
            out.write(part);
        }
    }

    private void verify(ResultFile file, long size, ByteString sha256) {
        if (size != file.getSizeBytes() || !sha256.equals(file.getSha256())) {
            throw misled(
                    file.getPath()
                            + " arrived with "
                            + size
                            + " bytes and SHA-256 "
                            + hex(sha256)
                            + ", but "
                            + file.getSizeBytes()
                            + " bytes and "
                            + hex(file.getSha256())
                            + " were announced. Nothing was written; try again");
        }
    }

    private CommandException misled(String what) {
        return new CommandException(
                ErrorCode.INTERNAL, "the coordinator's answer about run " + run + ": " + what);
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    /** A hidden folder beside the target, renamed into it at the end or removed. */
    private static final class StagedFolder implements AutoCloseable {
        private final Path target;
        private final Path staging;

        private StagedFolder(Path target, Path staging) {
            this.target = target;
            this.staging = staging;
        }

        static StagedFolder beside(Path folder) throws IOException {
            Path target = folder.toAbsolutePath().normalize();
            Path parent = target.getParent();
            if (parent == null) {
                throw new UserException(
                        folder.toString(), "is the root of the file system. Name a folder below.");
            }
            Files.createDirectories(parent);
            return new StagedFolder(target, Files.createTempDirectory(parent, ".shoal-"));
        }

        Path place(Path file) throws IOException {
            Path place = staging.resolve(file);
            Files.createDirectories(requireNonNull(place.getParent()));
            return place;
        }

        void publish() throws IOException {
            FileTrees.move(staging, target);
        }

        @Override
        public void close() throws IOException {
            FileTrees.delete(staging);
        }
    }
}
