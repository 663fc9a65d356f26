package shoal.worker.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import shoal.wire.HostPort;

/**
 * The way between two workers: passes connections on to an address, and does to them what a test
 * says. Bytes are counted in each direction of each connection from 0.
 */
final class Relay implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 << 10;

    private final HostPort target;
    private final ServerSocket server;
    private final List<Socket> sockets = new ArrayList<>(); // guarded by this
    private final List<Thread> threads = new ArrayList<>(); // guarded by this
    private Faults faults = (connection, forward) -> new Fault.None(); // guarded by this
    private int connections; // guarded by this
    private int struck; // guarded by this
    private boolean down; // guarded by this
    private boolean held; // guarded by this
    private boolean closed; // guarded by this

    /** What happens to one direction of one connection. */
    sealed interface Fault {
        /** Nothing. */
        record None() implements Fault {}

        /** The connection breaks once so many bytes have passed. */
        record Cut(long afterBytes) implements Fault {}

        /** A byte is not what was sent. */
        record Damage(long atByte, int bits) implements Fault {}
    }

    /** Says what happens to which connection, counted from 1. */
    interface Faults {
        Fault of(int connection, boolean forward);
    }

    Relay(HostPort target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    HostPort address() {
        return new HostPort("127.0.0.1", server.getLocalPort());
    }

    /** From the next connection on. */
    synchronized void faults(Faults of) {
        faults = of;
    }

    /** Breaks all connections, and those to come, until {@link #up}. */
    synchronized void down() {
        down = true;
        sockets.forEach(Relay::close);
        sockets.clear();
    }

    synchronized void up() {
        down = false;
    }

    /** Passes nothing on any more, and breaks nothing, until {@link #release}. */
    synchronized void hold() {
        held = true;
    }

    synchronized void release() {
        held = false;
        notifyAll();
    }

    /** Faults that have happened. */
    synchronized int struck() {
        return struck;
    }

    /** Waits until so many connections have been made, or tried, in all. */
    synchronized void awaitConnections(int count) throws InterruptedException {
        while (connections < count) {
            wait();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        List<Thread> running;
        synchronized (this) {
            closed = true;
            held = false;
            sockets.forEach(Relay::close);
            running = List.copyOf(threads);
            notifyAll();
        }
        for (Thread each : running) {
            try {
                each.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void start(Runnable task) {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        while (true) {
            try {
                Socket near = server.accept();
                near.setTcpNoDelay(true);
                connect(near);
            } catch (IOException over) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private void connect(Socket near) throws IOException {
        int number;
        synchronized (this) {
            connections++;
            number = connections;
            notifyAll();
            if (down || closed) {
                close(near);
                return;
            }
            sockets.add(near);
        }
        Socket far;
        try {
            far = new Socket(target.host(), target.port());
            far.setTcpNoDelay(true);
        } catch (IOException nobody) {
            close(near);
            return;
        }
        synchronized (this) {
            sockets.add(far);
            if (down || closed) {
                close(near);
                close(far);
                return;
            }
            Fault there = faults.of(number, true);
            Fault back = faults.of(number, false);
            start(() -> pass(near, far, there));
            start(() -> pass(far, near, back));
        }
    }

    private void pass(Socket from, Socket to, Fault fault) {
        byte[] buffer = new byte[BUFFER_BYTES];
        long passed = 0;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                awaitRelease();
                int goes = strike(fault, buffer, passed, length);
                out.write(buffer, 0, goes);
                passed += goes;
                if (goes < length) {
                    return;
                }
            }
        } catch (IOException broken) {
            // It is passed on: both ends are closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many of the bytes go on. */
    private synchronized int strike(Fault fault, byte[] buffer, long passed, int length) {
        if (fault instanceof Fault.Cut cut && passed + length > cut.afterBytes()) {
            struck++;
            return (int) Math.max(0, cut.afterBytes() - passed);
        }
        if (fault instanceof Fault.Damage damage
                && damage.atByte() >= passed
                && damage.atByte() < passed + length) {
            struck++;
            buffer[(int) (damage.atByte() - passed)] ^= (byte) damage.bits();
        }
        return length;
    }

    private synchronized void awaitRelease() throws InterruptedException {
        while (held) {
            wait();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError("a socket does not close", e);
        }
    }
}
