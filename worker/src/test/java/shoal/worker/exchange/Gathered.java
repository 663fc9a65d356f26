package shoal.worker.exchange;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A receiver that keeps all it is given, and refuses and puts off what a test says. */
final class Gathered implements Receiver {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A piece as it arrived. */
    record Piece(int from, RangeHeader range, FloatBuffer values) {}

    private final List<Piece> pieces = new ArrayList<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private final Map<Kind.Track, Integer> offered = new HashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private int room = Integer.MAX_VALUE;
    private int refusedUnit = Integer.MAX_VALUE;

    /** Has room for so many more pieces of the track of nodes; results always have room. */
    synchronized void leaveRoomFor(int pieceCount) {
        room = pieceCount;
    }

    /** Refuses ranges of this unit and above. */
    synchronized void refuseFrom(int unit) {
        refusedUnit = unit;
    }

    @Override
    public synchronized Optional<String> refusal(int from, RangeHeader range) {
        return range.unit() >= refusedUnit
                ? Optional.of("units end at " + refusedUnit)
                : Optional.empty();
    }

    @Override
    public synchronized Answer arrived(int from, RangeHeader range, ByteBuffer values) {
        offered.merge(range.kind().track(), 1, Integer::sum);
        threads.add(Thread.currentThread());
        notifyAll();
        if (range.kind().track() == Kind.Track.NODES) {
            if (room == 0) {
                return Answer.LATER;
            }
            room--;
        }
        float[] copy = new float[values.remaining() / Float.BYTES];
        values.asFloatBuffer().get(copy);
        pieces.add(new Piece(from, range, FloatBuffer.wrap(copy)));
        return Answer.TAKEN;
    }

    @Override
    public synchronized void trouble(Trouble trouble) {
        troubles.add(trouble);
        notifyAll();
    }

    synchronized List<Piece> pieces() {
        return List.copyOf(pieces);
    }

    synchronized List<Trouble> troubles() {
        return List.copyOf(troubles);
    }

    synchronized int offered(Kind.Track track) {
        return offered.getOrDefault(track, 0);
    }

    /** Threads that have called, each once. */
    synchronized long callers() {
        return threads.stream().distinct().count();
    }

    List<Piece> awaitPieces(int count) throws InterruptedException {
        await(() -> pieces.size() >= count, count + " pieces");
        return pieces();
    }

    List<Trouble> awaitTroubles(int count) throws InterruptedException {
        await(() -> troubles.size() >= count, count + " troubles");
        return troubles();
    }

    void awaitOffered(Kind.Track track, int count) throws InterruptedException {
        await(() -> offered(track) >= count, count + " offers");
    }

    /** All floats of one sender's kind, in order of arrival. */
    float[] values(int from, Kind kind) {
        List<Piece> of =
                pieces().stream()
                        .filter(piece -> piece.from() == from && piece.range().kind() == kind)
                        .toList();
        float[] all = new float[of.stream().mapToInt(piece -> piece.values().capacity()).sum()];
        int at = 0;
        for (Piece piece : of) {
            piece.values().get(0, all, at, piece.values().capacity());
            at += piece.values().capacity();
        }
        return all;
    }

    private synchronized void await(BooleanSupplier reached, String what)
            throws InterruptedException {
        long end = System.nanoTime() + WAIT_NANOS;
        while (!reached.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError(
                        "no " + what + " within 30 s; " + pieces.size() + " pieces, " + troubles);
            }
            wait(left);
        }
    }
}
