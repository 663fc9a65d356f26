package shoal.coordinator.http;

import static java.util.Objects.requireNonNull;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import shoal.recipe.UserException;
import shoal.wire.HostPort;
import shoal.wire.Servers;
import shoal.wire.tls.Credentials;

/**
 * Serves {@code /healthz} (200 while decisions are made, else 503) and {@code /readyz} (200 while
 * the store is open and calls are served, else 503; then a line for each thing to know).
 */
public final class HealthFront implements AutoCloseable {
    private static final long WAIT_SECONDS = 10;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final Vertx vertx;
    private final BooleanSupplier alive;
    private final BooleanSupplier ready;
    private final Supplier<List<String>> remarks;
    private final HostPort address;

    private HealthFront(
            Vertx vertx,
            HostPort asked,
            HttpServerOptions options,
            BooleanSupplier alive,
            BooleanSupplier ready,
            Supplier<List<String>> remarks) {
        this.vertx = vertx;
        this.alive = requireNonNull(alive, "alive");
        this.ready = requireNonNull(ready, "ready");
        this.remarks = requireNonNull(remarks, "remarks");
        this.address = listen(asked, options);
    }

    /**
     * Starts to listen.
     *
     * @param credentials to encrypt with; empty: nothing is encrypted
     * @param remarks what an operator should know besides, a sentence each
     * @throws UserException if the port is taken
     */
    public static HealthFront start(
            HostPort asked,
            Optional<Credentials> credentials,
            BooleanSupplier alive,
            BooleanSupplier ready,
            Supplier<List<String>> remarks) {
        Vertx vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(1)
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setClassPathResolvingEnabled(false)));
        try {
            return new HealthFront(vertx, asked, options(credentials), alive, ready, remarks);
        } catch (RuntimeException e) {
            close(vertx);
            throw e;
        }
    }

    /** Where it listens. */
    public HostPort address() {
        return address;
    }

    @Override
    public void close() {
        close(vertx);
    }

    private static HttpServerOptions options(Optional<Credentials> credentials) {
        HttpServerOptions options = new HttpServerOptions();
        credentials.ifPresent(
                ours ->
                        options.setSsl(true)
                                .setKeyCertOptions(KeyCertOptions.wrap(ours.keys()))
                                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3")));
        return options;
    }

    private HostPort listen(HostPort asked, HttpServerOptions options) {
        HttpServer server = vertx.createHttpServer(options).requestHandler(this::answer);
        try {
            int port =
                    server.listen(asked.port(), asked.host())
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(WAIT_SECONDS, TimeUnit.SECONDS)
                            .actualPort();
            return new HostPort(asked.host(), port);
        } catch (ExecutionException | TimeoutException e) {
            throw new UserException(
                    "--http " + asked,
                    Servers.cannotListen(asked, "--http", e) + " Or leave it: --http off.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting to listen", e);
        }
    }

    private void answer(HttpServerRequest request) {
        switch (request.path()) {
            case "/healthz" -> answer(request, alive.getAsBoolean(), List.of());
            case "/readyz" -> answer(request, ready.getAsBoolean(), remarks.get());
            default -> end(request, NOT_FOUND, "there are /healthz and /readyz here\n");
        }
    }

    private static void answer(HttpServerRequest request, boolean good, List<String> remarks) {
        StringBuilder text = new StringBuilder(good ? "ok\n" : "unavailable\n");
        remarks.forEach(remark -> text.append(remark).append('\n'));
        end(request, good ? OK : UNAVAILABLE, text.toString());
    }

    private static void end(HttpServerRequest request, int status, String text) {
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", "text/plain; charset=utf-8")
                .end(text)
                .onFailure(gone -> request.connection().close().onComplete(closed -> {}));
    }

    private static void close(Vertx vertx) {
        try {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the HTTP listener does not close", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
