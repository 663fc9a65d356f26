package shoal.worker.exchange;

import io.grpc.Metadata;
import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import shoal.wire.FrameHeader;
import shoal.wire.MemoryOffer;
import shoal.wire.NcclOffer;
import shoal.wire.PeerNetwork;

/**
 * How values of an exchange get over besides its streams, and what each pair of workers agrees on:
 * NCCL if all have devices, else shared memory on one host.
 *
 * <pre>
 *   caller                                   called
 *   call, with its shared memory --------->
 *          <------------------------------   headers: its shared memory, ids of communicators
 *   both join the communicators, or look for the other's shared memory, and then say
 *          &lt;-- OPENED: the place it reads --&gt;
 * </pre>
 *
 * <p>Who finds that the other reads less than it could itself sends what the other reads.
 */
final class PeerWays implements Closeable {
    private final Frames frames;
    private final int windowPieces;
    private final SharedMemory memory;
    private final NcclLinks nccl;

    private PeerWays(Frames frames, int windowPieces, SharedMemory memory, NcclLinks nccl) {
        this.frames = frames;
        this.windowPieces = windowPieces;
        this.memory = memory;
        this.nccl = nccl;
    }

    static PeerWays open(Crew crew, ExchangeSettings settings, PeerNetwork network) {
        return new PeerWays(
                new Frames(crew.run(), crew.generation()),
                settings.streamWindow(crew.members().size()),
                SharedMemory.open(crew, settings),
                NcclLinks.open(crew, settings, network));
    }

    /** What a caller says of it. */
    Optional<MemoryOffer> memory() {
        return memory.offer();
    }

    /** What a caller is answered. */
    Metadata answer(int peer, Kind.Track track) {
        Metadata headers = new Metadata();
        memory.offer().ifPresent(offer -> offer.write(headers));
        nccl.offer(peer, track).ifPresent(offer -> offer.write(headers));
        return headers;
    }

    /** A peer has called, and said where its memory is. */
    void called(PeerLink link, TrackLink stream, Optional<MemoryOffer> theirs) {
        meet(link, stream, theirs, nccl.offer(link.peer(), stream.track()));
    }

    /** A peer that was called has answered. */
    void answered(PeerLink link, TrackLink stream, Metadata headers) {
        meet(link, stream, MemoryOffer.read(headers), NcclOffer.read(headers));
    }

    /** How this side's values get to a peer. */
    TrackLink.Ways to(int peer, Kind.Track track) {
        return new TrackLink.Ways() {
            @Override
            public Way way(int place) {
                Optional<Way> way =
                        switch (place) {
                            case FrameHeader.IN_MEMORY ->
                                    Optional.of(memory.to(peer, track, frames));
                            case FrameHeader.THROUGH_NCCL -> nccl.to(peer, track);
                            default -> Optional.empty();
                        };
                return way.orElse(new StreamWay(frames, windowPieces));
            }

            @Override
            public void peerReads(int place) {
                if (place == FrameHeader.IN_MEMORY && memory.offer().isEmpty()) {
                    throw new IllegalArgumentException("it reads memory that is not there");
                }
                if (place != FrameHeader.THROUGH_NCCL) {
                    nccl.giveUp(peer, track);
                }
            }
        };
    }

    /** All who can have opened shared memory: from now on a killed worker leaves nothing. */
    void hide() {
        memory.hide();
    }

    void lose(int peer) {
        nccl.lose(peer);
    }

    /** Which ways are taken, and why; a sentence for the user. */
    String words(Collection<PeerLink> links) {
        List<String> taken =
                links.stream()
                        .flatMapToInt(PeerLink::places)
                        .distinct()
                        .sorted()
                        .mapToObj(PeerWays::name)
                        .toList();
        return "workers exchange through "
                + String.join(" and ", taken)
                + nccl.obstacle()
                        .map(why -> ", not NCCL: " + why)
                        .orElse(": each has a device of its own");
    }

    @Override
    public void close() throws IOException {
        memory.close();
    }

    /** Waits until nothing of NCCL is left, once all peers are lost. */
    void awaitEnd(long millis) throws InterruptedException {
        nccl.awaitEnd(millis);
    }

    private void meet(
            PeerLink link,
            TrackLink stream,
            Optional<MemoryOffer> theirs,
            Optional<NcclOffer> ids) {
        nccl.join(
                stream,
                link,
                ids,
                joined ->
                        stream.readFrom(
                                joined.or(
                                        () -> memory.reader(link.peer(), stream.track(), theirs))));
    }

    private static String name(int place) {
        return switch (place) {
            case FrameHeader.IN_MEMORY -> "shared memory";
            case FrameHeader.THROUGH_NCCL -> "NCCL";
            default -> "streams (no shared memory between them)";
        };
    }
}
