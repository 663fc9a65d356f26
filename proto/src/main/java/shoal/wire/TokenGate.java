package shoal.wire;

import static java.util.Objects.requireNonNull;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Admits a call only with a token whose scope the method accepts. Runs before any message is read.
 *
 * <p>A method that has no entry is refused: forgetting one must not open it.
 */
public final class TokenGate implements ServerInterceptor {
    /** What a call ends with whose token was revoked meanwhile. */
    public static final Status REVOKED =
            Status.UNAUTHENTICATED.withDescription(
                    "this token was revoked; take the one that is in the coordinator's tokens"
                            + " folder now");

    private static final Context.Key<String> BEARER = Context.key("shoal-token-fingerprint");

    private final Function<String, Optional<Scope>> scopeOfFingerprint;
    private final Map<String, Set<Scope>> acceptedByMethod;

    /**
     * @param scopeOfFingerprint finds the scope of {@link Token#fingerprint}; called from network
     *     threads
     * @param acceptedByMethod scopes by full method name, any one of which is enough
     */
    public TokenGate(
            Function<String, Optional<Scope>> scopeOfFingerprint,
            Map<String, Set<Scope>> acceptedByMethod) {
        this.scopeOfFingerprint = requireNonNull(scopeOfFingerprint, "scopeOfFingerprint");
        this.acceptedByMethod = Map.copyOf(acceptedByMethod);
    }

    /** The fingerprint of the token of the call that is served now; empty where none is. */
    public static String bearer() {
        String fingerprint = BEARER.get();
        return fingerprint == null ? "" : fingerprint;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        Verdict verdict = verdict(method, headers.get(Channels.AUTHORIZATION));
        if (verdict.status().isOk()) {
            Context context = Context.current().withValue(BEARER, verdict.fingerprint());
            return Contexts.interceptCall(context, call, headers, next);
        }
        call.close(verdict.status(), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /**
     * What becomes of a call.
     *
     * @param fingerprint of its token, if it has one
     */
    private record Verdict(Status status, String fingerprint) {
        static Verdict unauthenticated(String why) {
            return new Verdict(Status.UNAUTHENTICATED.withDescription(why), "");
        }
    }

    private Verdict verdict(String method, @Nullable String header) {
        if (header == null || !header.startsWith(Channels.BEARER)) {
            return Verdict.unauthenticated(
                    "no token; pass --token-file with a file from the coordinator's tokens folder");
        }
        Token token;
        try {
            token = new Token(header.substring(Channels.BEARER.length()));
        } catch (IllegalArgumentException e) {
            return Verdict.unauthenticated(String.valueOf(e.getMessage()));
        }
        Optional<Scope> scope = scopeOfFingerprint.apply(token.fingerprint());
        if (scope.isEmpty()) {
            return Verdict.unauthenticated(
                    "this coordinator does not know this token; it has made its own, see its"
                            + " tokens folder");
        }
        Set<Scope> accepted = acceptedByMethod.getOrDefault(method, Set.of());
        if (accepted.stream().anyMatch(scope.get()::allows)) {
            return new Verdict(Status.OK, token.fingerprint());
        }
        return new Verdict(
                Status.PERMISSION_DENIED.withDescription(
                        "a token of scope "
                                + scope.get().name().toLowerCase(Locale.ROOT)
                                + " may not call "
                                + method
                                + "; take one of scope "
                                + accepted.stream()
                                        .map(one -> one.name().toLowerCase(Locale.ROOT))
                                        .sorted()
                                        .collect(Collectors.joining(" or "))),
                token.fingerprint());
    }
}
