package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import shoal.engine.ElementRange;
import shoal.engine.ShardedEngine;
import shoal.model.StateKind;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.Kind;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.StoppedException;
import shoal.worker.stop.Uninterrupted;

/**
 * Gives out what a worker owns: one thread for each other worker, so that one who is behind holds
 * up nobody else.
 *
 * <p>Values are read when they leave; they stay as they are until every worker has what it needs of
 * them, since nothing changes before the next commit. {@link #close}, once the exchange is closed,
 * waits for no peer, but until the last value was read: its memory is freed next.
 */
final class ResultSender implements ShardOwner.Results, AutoCloseable {
    /** A step has a list of parameters and, in stage 0, a range of each unit: far below. */
    private static final int MOST_QUEUED = 10_000;

    /** As much as one frame announces in shared memory. */
    private static final int STAGED_ELEMENTS = 8 * RangeHeader.PIECE_ELEMENTS;

    /** A thread has a frame to copy at most, but may be off the processor meanwhile. */
    private static final long CLOSE_SECONDS = 30;

    private final Member member;
    private final ShardedEngine engine;
    private final Exchange exchange;
    private final StopSignal stop;
    private final Consumer<RuntimeException> failed;
    private final List<ThreadPoolExecutor> threads = new ArrayList<>();

    /** Of each thread: parameters may be in a file. */
    private final List<ByteBuffer> staging = new ArrayList<>();

    /**
     * Starts the threads.
     *
     * @param failed takes what ended a transfer
     */
    ResultSender(
            Member member,
            ShardedEngine engine,
            Exchange exchange,
            StopSignal stop,
            Consumer<RuntimeException> failed) {
        this.member = requireNonNull(member, "member");
        this.engine = requireNonNull(engine, "engine");
        this.exchange = requireNonNull(exchange, "exchange");
        this.stop = requireNonNull(stop, "stop");
        this.failed = requireNonNull(failed, "failed");
        for (int peer = 0; peer < member.workers(); peer++) {
            threads.add(thread("shoal-results-" + peer));
            int elements = peer == member.index() ? 0 : stagedElements();
            staging.add(
                    ByteBuffer.allocateDirect(elements * Float.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    /** In stage 0 the reduced gradient of an owned range goes to everybody. */
    @Override
    public void reduced(int step, int unit) {
        if (member.stage() == 0) {
            toOthers(peer -> sendGradient(peer, step, unit));
        }
    }

    /** Parameters at a step's end go to everybody. */
    void publish(int version) {
        for (int unit = 0; unit < member.units(); unit++) {
            int index = unit;
            toOthers(peer -> sendParameters(peer, Math.max(1, version), version, index));
        }
    }

    /** Units go to one worker in the order in which its lanes pass them, as it has room. */
    void serve(int peer, int step, int version, List<Integer> units) {
        submit(peer, () -> units.forEach(unit -> sendParameters(peer, step, version, unit)));
    }

    @Override
    public void close() {
        threads.forEach(ThreadPoolExecutor::shutdownNow);
        for (ThreadPoolExecutor thread : threads) {
            if (!Uninterrupted.await(
                    CLOSE_SECONDS, nanos -> thread.awaitTermination(nanos, TimeUnit.NANOSECONDS))) {
                throw new IllegalStateException(
                        "values are still being sent after " + CLOSE_SECONDS + " s");
            }
        }
    }

    private void toOthers(Consumer<Integer> work) {
        for (int step = 1; step < member.workers(); step++) {
            int peer = (member.index() + step) % member.workers();
            submit(peer, () -> work.accept(peer));
        }
    }

    private void submit(int peer, Runnable work) {
        threads.get(peer)
                .execute(
                        () -> {
                            try {
                                work.run();
                            } catch (StoppedException over) {
                                return; // the run ended
                            } catch (RuntimeException e) {
                                failed.accept(e);
                            } catch (Error e) { // peers wait for what is not sent
                                failed.accept(
                                        new IllegalStateException("values are not sent: " + e, e));
                                throw e;
                            }
                        });
    }

    private void sendGradient(int peer, int step, int unit) {
        ElementRange owned = member.owned(unit);
        int from = Math.toIntExact(owned.from() * Float.BYTES);
        int size = Math.toIntExact(owned.size() * Float.BYTES);
        RangeHeader header =
                header(Kind.REDUCED_GRADIENT, step, step - 1, unit, owned.from(), owned.size());
        exchange.send(peer, header, engine.gradient(unit).slice(from, size), stop);
    }

    /** No more than the longest owned range, so that many workers need little for each. */
    private int stagedElements() {
        long longest = 0;
        for (int unit = 0; member.stage() > 0 && unit < member.units(); unit++) {
            longest = Math.max(longest, member.owned(unit).size());
        }
        return (int) Math.min(STAGED_ELEMENTS, longest);
    }

    private void sendParameters(int peer, int step, int version, int unit) {
        ElementRange owned = member.owned(unit);
        ByteBuffer values = staging.get(peer);
        for (long at = owned.from(); at < owned.to(); at += STAGED_ELEMENTS) {
            long size = Math.min(STAGED_ELEMENTS, owned.to() - at);
            values.clear().limit(Math.toIntExact(size * Float.BYTES));
            engine.read(StateKind.PARAMETER, unit, at, values);
            RangeHeader header = header(Kind.PARAMETERS, step, version, unit, at, size);
            exchange.send(peer, header, values.flip(), stop);
        }
    }

    private static RangeHeader header(
            Kind kind, int step, int version, int unit, long from, long size) {
        return new RangeHeader(
                kind, step, version, unit, from, Math.toIntExact(size), Optional.empty());
    }

    private static ThreadPoolExecutor thread(String name) {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_QUEUED),
                body -> {
                    Thread thread = new Thread(body, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
