package shoal.worker.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import shoal.worker.exchange.Kind.Track;
import shoal.worker.stop.StopSignal;

/** What is on its way to one worker, and the thread that delivers it. */
final class MemoryInbox {
    private final int index;
    private final Receiver receiver;
    private final int windowPieces;
    private final Random random; // of the delivery thread
    private final Thread thread;

    // All guarded by this.
    private final List<Queue> queues = new ArrayList<>();
    private final TreeMap<Integer, String> lost = new TreeMap<>();
    private final ArrayDeque<Trouble> troubles = new ArrayDeque<>();
    private int barriersCalled;
    private long receivedBytes;
    private long refused;
    private boolean closed;

    /** A piece on its way; without a range, the mark of a barrier. */
    record Parcel(Optional<RangeHeader> range, ByteBuffer values) {
        static Parcel barrier() {
            return new Parcel(Optional.empty(), ByteBuffer.allocate(0));
        }
    }

    /** One sender's track. */
    private final class Queue {
        private final int from;
        private final ArrayDeque<Parcel> parcels = new ArrayDeque<>();
        private boolean parked;
        private int barriers;

        Queue(int from) {
            this.from = from;
        }

        boolean add(Parcel parcel) {
            boolean room = !closed && !lost.containsKey(from) && parcels.size() < windowPieces;
            if (room) {
                parcels.add(parcel);
            }
            return room;
        }

        boolean ready() {
            return !parked && !parcels.isEmpty();
        }
    }

    MemoryInbox(int index, int workers, Receiver receiver, int windowPieces, Random random) {
        this.index = index;
        this.receiver = receiver;
        this.windowPieces = windowPieces;
        this.random = random;
        for (int from = 0; from < workers; from++) {
            for (Track ignored : Track.values()) {
                queues.add(new Queue(from));
            }
        }
        this.thread = new Thread(this::deliver, "memory-exchange-" + index);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void put(int from, Track track, Parcel parcel, StopSignal stop) {
        stop.throwIfRaised();
        Queue queue = queue(from, track);
        stop.await(this, () -> queue.add(parcel) || gone(from));
        wake();
    }

    void awaitBarrier(StopSignal stop) {
        int barrier;
        synchronized (this) {
            barrier = ++barriersCalled;
        }
        stop.await(this, () -> allReached(barrier));
    }

    synchronized void offerAgain() {
        queues.forEach(queue -> queue.parked = false);
        notifyAll();
    }

    synchronized void lose(int peer, String reason) {
        if (lost.putIfAbsent(peer, reason) == null && peer != index) {
            troubles.add(new Trouble.Lost(peer, reason));
            queue(peer, Track.NODES).parcels.clear();
            queue(peer, Track.RESULTS).parcels.clear();
        }
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized long receivedBytes() {
        return receivedBytes;
    }

    synchronized long refused() {
        return refused;
    }

    private synchronized void wake() {
        notifyAll();
    }

    /** Throws if a sender is gone or this worker is. */
    private boolean gone(int from) {
        if (closed) {
            throw new PeerLostException(index, "its exchange was closed");
        }
        if (lost.containsKey(from)) {
            throw new IllegalStateException("the exchange of worker " + from + " is closed");
        }
        return false;
    }

    private boolean allReached(int barrier) {
        boolean all =
                queues.stream()
                        .filter(queue -> queue.from != index)
                        .allMatch(queue -> queue.barriers >= barrier);
        if (!all && !lost.isEmpty()) {
            Map.Entry<Integer, String> first = lost.firstEntry();
            throw new PeerLostException(first.getKey(), first.getValue());
        }
        return all;
    }

    private Queue queue(int from, Track track) {
        return queues.get(from * Track.values().length + (track == Track.NODES ? 0 : 1));
    }

    private void deliver() {
        try {
            for (Optional<Runnable> next = next(); next.isPresent(); next = next()) {
                next.get().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for something to do; empty when closed. */
    private synchronized Optional<Runnable> next() throws InterruptedException {
        while (true) {
            if (closed) {
                return Optional.empty();
            }
            Trouble trouble = troubles.poll();
            if (trouble != null) {
                return Optional.of(() -> receiver.trouble(trouble));
            }
            List<Queue> ready = queues.stream().filter(Queue::ready).toList();
            if (!ready.isEmpty()) {
                Queue queue = ready.get(random.nextInt(ready.size()));
                return Optional.of(() -> offer(queue));
            }
            wait();
        }
    }

    private void offer(Queue queue) {
        Parcel parcel;
        synchronized (this) {
            parcel = queue.parcels.peek();
            if (parcel == null) {
                return; // its sender was lost meanwhile
            }
            queue.parked = true; // first, so that an offerAgain during the call counts
        }
        boolean taken =
                parcel.range()
                        .map(range -> deliver(queue.from, range, parcel.values()))
                        .orElse(true);
        synchronized (this) {
            if (taken && !queue.parcels.isEmpty()) {
                queue.parcels.remove();
                queue.parked = false;
                if (parcel.range().isEmpty()) {
                    queue.barriers++;
                }
            }
            notifyAll();
        }
    }

    private boolean deliver(int from, RangeHeader range, ByteBuffer bytes) {
        Optional<String> refusal = receiver.refusal(from, range);
        if (refusal.isPresent()) {
            synchronized (this) {
                refused++;
            }
            receiver.trouble(new Trouble.Refused(from, range, refusal.get()));
            return true;
        }
        ByteBuffer values = bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        boolean taken = receiver.arrived(from, range, values) == Receiver.Answer.TAKEN;
        if (taken) {
            synchronized (this) {
                receivedBytes += range.sizeBytes();
            }
        }
        return taken;
    }
}
