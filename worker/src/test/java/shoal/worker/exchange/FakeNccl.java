package shoal.worker.exchange;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import shoal.worker.exchange.nccl.Communicator;
import shoal.worker.exchange.nccl.Nccl;
import shoal.worker.exchange.nccl.NcclException;

/**
 * Devices of this process. A transfer waits until its other side is queued, as on a real device,
 * and a rank whose other one is closed waits for ever. What breaks the rules of use is noted: NCCL
 * would hang, or write where it should not.
 */
final class FakeNccl {
    private final Map<String, Pair> pairs = new HashMap<>(); // guarded by this
    private final List<String> broken = new ArrayList<>(); // guarded by this
    private final List<End> joined = new ArrayList<>(); // guarded by this
    private String failing = "";
    private String refusing = "";
    private boolean stuck;
    private int ids;

    /** What two ranks share. */
    private static final class Pair {
        private final End[] ends = new End[2];
    }

    /** A queued transfer: on rank 0 with values, on rank 1 a place for them. */
    private record Transfer(int offsetBytes, int sizeBytes) {}

    /** A device of this name. */
    Nccl device(String name) {
        return new Device(name);
    }

    /** From now on every call on this device's communicators gives an error. */
    synchronized void fail(String device) {
        failing = device;
        notifyAll();
    }

    /** This device joins no communicator. */
    synchronized void refuse(String device) {
        refusing = device;
    }

    /** Nobody's joining ends. */
    synchronized void stick() {
        stuck = true;
    }

    /** Communicators that are not closed. */
    synchronized long open() {
        return joined.stream().filter(end -> !end.closed).count();
    }

    /** Waits until this many have been closed. */
    void awaitClosed(int count) throws InterruptedException {
        await(() -> joined.stream().filter(each -> each.closed).count() >= count);
    }

    /** Waits until this many ranks are joined, or being joined. */
    void awaitJoining(int count) throws InterruptedException {
        await(() -> joined.size() >= count);
    }

    private synchronized void await(BooleanSupplier reached) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!reached.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError(joined.size() + " joined, " + open() + " open");
            }
            wait(left);
        }
    }

    /** Rules that were broken. */
    synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    private synchronized byte[] uniqueId() {
        byte[] id = new byte[Nccl.ID_BYTES];
        ByteBuffer.wrap(id).putInt(++ids);
        pairs.put(HexFormat.of().formatHex(id), new Pair());
        return id;
    }

    private synchronized Communicator join(
            String device, byte[] id, int rank, int bytes, long millis)
            throws NcclException, InterruptedException {
        if (device.equals(refusing)) {
            throw new NcclException("no memory left on " + device);
        }
        Pair pair = pairs.get(HexFormat.of().formatHex(id));
        if (pair == null || pair.ends[rank] != null) {
            broken.add("rank " + rank + " of an id that is " + (pair == null ? "none" : "taken"));
            throw new NcclException("wrong id");
        }
        End mine = new End(device, rank, pair, bytes);
        pair.ends[rank] = mine;
        joined.add(mine);
        notifyAll();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (stuck || pair.ends[1 - rank] == null) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                mine.close();
                throw new NcclException("the other rank did not come");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                mine.close();
                throw e;
            }
        }
        if (pair.ends[1 - rank].device.equals(device)) {
            broken.add("both ranks are on " + device);
        }
        return mine;
    }

    private final class Device implements Nccl {
        private final String name;

        Device(String name) {
            this.name = name;
        }

        @Override
        public String device() {
            return name;
        }

        @Override
        public int transfersAtOnce() {
            return 32;
        }

        @Override
        public byte[] uniqueId() {
            return FakeNccl.this.uniqueId();
        }

        @Override
        public Communicator join(byte[] id, int rank, int stagingBytes, long millis)
                throws NcclException, InterruptedException {
            return FakeNccl.this.join(name, id, rank, stagingBytes, millis);
        }
    }

    /** One rank; all of its state is guarded by the outer object. */
    private final class End implements Communicator {
        private final String device;
        private final int rank;
        private final Pair pair;
        private final ByteBuffer staging;
        private final ArrayDeque<Transfer> queued = new ArrayDeque<>();
        private boolean closed;

        End(String device, int rank, Pair pair, int stagingBytes) {
            this.device = device;
            this.rank = rank;
            this.pair = pair;
            this.staging = ByteBuffer.allocate(stagingBytes);
        }

        @Override
        public void send(int offsetBytes, ByteBuffer values) throws NcclException {
            synchronized (FakeNccl.this) {
                Transfer transfer = queue(0, offsetBytes, values.remaining());
                staging.put(transfer.offsetBytes(), values, values.position(), values.remaining());
                carry();
            }
        }

        @Override
        public void receive(int offsetBytes, int sizeBytes) throws NcclException {
            synchronized (FakeNccl.this) {
                queue(1, offsetBytes, sizeBytes);
                carry();
            }
        }

        @Override
        public void await() throws NcclException, InterruptedException {
            synchronized (FakeNccl.this) {
                requireGood();
                while (!queued.isEmpty()) {
                    FakeNccl.this.wait();
                    requireGood();
                }
            }
        }

        @Override
        public void read(int offsetBytes, ByteBuffer target) throws NcclException {
            synchronized (FakeNccl.this) {
                requireGood();
                if (overlaps(offsetBytes, target.remaining())) {
                    broken.add("staging memory is read that is still received into");
                }
                target.put(staging.slice(offsetBytes, target.remaining()));
            }
        }

        @Override
        public void close() {
            synchronized (FakeNccl.this) {
                closed = true;
                FakeNccl.this.notifyAll();
            }
        }

        private Transfer queue(int as, int offsetBytes, int sizeBytes) throws NcclException {
            requireGood();
            if (rank != as) {
                broken.add("rank " + rank + " does what rank " + as + " does");
            }
            if (sizeBytes < 1 || offsetBytes < 0 || offsetBytes > staging.capacity() - sizeBytes) {
                broken.add(sizeBytes + " bytes at " + offsetBytes + " of " + staging.capacity());
                throw new NcclException("outside the staging memory");
            }
            if (overlaps(offsetBytes, sizeBytes)) {
                broken.add("staging memory is used that is still under way");
            }
            Transfer transfer = new Transfer(offsetBytes, sizeBytes);
            queued.add(transfer);
            return transfer;
        }

        private boolean overlaps(int offsetBytes, int sizeBytes) {
            return queued.stream()
                    .anyMatch(
                            other ->
                                    other.offsetBytes() < offsetBytes + sizeBytes
                                            && offsetBytes
                                                    < other.offsetBytes() + other.sizeBytes());
        }

        private void requireGood() throws NcclException {
            if (closed) {
                throw new NcclException("the communicator is closed");
            }
            if (device.equals(failing)) {
                throw new NcclException("unhandled cuda error on " + device);
            }
        }

        /** Does all transfers whose two sides are queued. */
        private void carry() {
            End from = pair.ends[0];
            End to = pair.ends[1];
            while (!from.queued.isEmpty() && !to.queued.isEmpty()) {
                Transfer sent = from.queued.remove();
                Transfer place = to.queued.remove();
                if (sent.sizeBytes() != place.sizeBytes()) {
                    broken.add(sent.sizeBytes() + " bytes sent for " + place.sizeBytes());
                }
                int length = Math.min(sent.sizeBytes(), place.sizeBytes());
                to.staging.put(place.offsetBytes(), from.staging, sent.offsetBytes(), length);
            }
            FakeNccl.this.notifyAll();
        }
    }
}
