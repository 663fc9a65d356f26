package shoal.wire;

import static java.util.Objects.requireNonNull;

import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.OptionalLong;
import shoal.recipe.Require;

/**
 * What a worker says when it opens a stream to another one, as metadata of the call: readable
 * before any frame is.
 *
 * @param secret of the run's workers
 * @param run the run's name
 * @param generation of its membership
 * @param from the caller's index in it
 * @param to the index of the worker called
 * @param track which of the pair's streams this is
 * @param attempt counts the caller's attempts at this stream, from 1: an older one that arrives
 *     late does not take the place of a newer one
 * @param received pieces and marks that the caller has of the other side: it wants what follows
 * @param memory the caller's shared memory, if it offers any
 */
public record PeerHello(
        Token secret,
        String run,
        long generation,
        int from,
        int to,
        int track,
        long attempt,
        long received,
        Optional<MemoryOffer> memory) {
    private static final Metadata.Key<String> RUN = key("shoal-run");
    private static final Metadata.Key<String> PLACE = key("shoal-place");
    private static final Metadata.Key<String> RECEIVED = key("shoal-received");

    public PeerHello {
        requireNonNull(secret, "secret");
        requireNonNull(run, "run");
        Require.atLeast("generation", generation, 1);
        Require.atLeast("from", from, 0);
        Require.atLeast("to", to, 0);
        Require.range("track", track, 0, 1);
        Require.atLeast("attempt", attempt, 1);
        Require.atLeast("received", received, 0);
        requireNonNull(memory, "memory");
    }

    /** Writes it for the way. */
    public Metadata toMetadata() {
        Metadata headers = new Metadata();
        headers.put(Channels.AUTHORIZATION, Channels.BEARER + secret.secret());
        headers.put(RUN, run);
        headers.put(PLACE, generation + " " + from + " " + to + " " + track + " " + attempt);
        writeReceived(headers, received);
        memory.ifPresent(offer -> offer.write(headers));
        return headers;
    }

    /** Reads it; empty if anything is missing or malformed. */
    public static Optional<PeerHello> read(Metadata headers) {
        String bearer = headers.get(Channels.AUTHORIZATION);
        String run = headers.get(RUN);
        String place = headers.get(PLACE);
        OptionalLong received = readReceived(headers);
        if (bearer == null
                || !bearer.startsWith(Channels.BEARER)
                || run == null
                || place == null
                || !place.matches("\\d{1,18} \\d{1,9} \\d{1,9} [01] \\d{1,18}")
                || received.isEmpty()) {
            return Optional.empty();
        }
        String[] numbers = place.split(" ", -1);
        try {
            return Optional.of(
                    new PeerHello(
                            new Token(bearer.substring(Channels.BEARER.length())),
                            run,
                            Long.parseLong(numbers[0]),
                            Integer.parseInt(numbers[1]),
                            Integer.parseInt(numbers[2]),
                            Integer.parseInt(numbers[3]),
                            Long.parseLong(numbers[4]),
                            received.getAsLong(),
                            MemoryOffer.read(headers)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Adds to headers, either way, how much of the other side has been received. */
    public static void writeReceived(Metadata headers, long received) {
        headers.put(RECEIVED, Long.toString(received));
    }

    /** Reads that; empty if it is missing or no number. */
    public static OptionalLong readReceived(Metadata headers) {
        String received = headers.get(RECEIVED);
        return received == null || !received.matches("\\d{1,18}")
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(received));
    }

    /** Whether it was said with this secret; takes as long for any wrong one. */
    public boolean knows(Token expected) {
        return MessageDigest.isEqual(
                secret.secret().getBytes(StandardCharsets.US_ASCII),
                expected.secret().getBytes(StandardCharsets.US_ASCII));
    }

    static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
