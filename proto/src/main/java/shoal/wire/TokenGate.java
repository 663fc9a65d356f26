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

    private static final Context.Key<Caller> CALLER = Context.key("shoal-caller");

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

    /** Whose call it is that the current thread serves. */
    public static Caller caller() {
        return requireNonNull(CALLER.get(), "a call that passed no gate");
    }

    /** The fingerprint of the token that a call shows, known here or not. */
    public static Optional<String> fingerprint(Metadata headers) {
        @Nullable String header = headers.get(Channels.AUTHORIZATION);
        if (header == null || !header.startsWith(Channels.BEARER)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Token(header.substring(Channels.BEARER.length())).fingerprint());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        Optional<Caller> caller =
                fingerprint(headers)
                        .flatMap(
                                shown ->
                                        scopeOfFingerprint
                                                .apply(shown)
                                                .map(scope -> new Caller(shown, scope)));
        Status verdict = verdict(method, headers.get(Channels.AUTHORIZATION), caller);
        if (verdict.isOk()) {
            Context known = Context.current().withValue(CALLER, caller.orElseThrow());
            return Contexts.interceptCall(known, call, headers, next);
        }
        call.close(verdict, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private Status verdict(String method, @Nullable String header, Optional<Caller> caller) {
        if (header == null || !header.startsWith(Channels.BEARER)) {
            return Status.UNAUTHENTICATED.withDescription(
                    "no token; pass --token-file with a file from the coordinator's tokens folder");
        }
        if (caller.isEmpty()) {
            return Status.UNAUTHENTICATED.withDescription(
                    "this coordinator does not know this token; it has made its own, see its"
                            + " tokens folder");
        }
        Scope scope = caller.get().scope();
        Set<Scope> accepted = acceptedByMethod.getOrDefault(method, Set.of());
        if (accepted.stream().anyMatch(scope::allows)) {
            return Status.OK;
        }
        return Status.PERMISSION_DENIED.withDescription(
                "a token of scope "
                        + scope.name().toLowerCase(Locale.ROOT)
                        + " may not call "
                        + method
                        + "; take one of scope "
                        + accepted.stream()
                                .map(one -> one.name().toLowerCase(Locale.ROOT))
                                .sorted()
                                .collect(Collectors.joining(" or ")));
    }
}
