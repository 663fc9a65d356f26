package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Reply;
import shoal.coordinator.core.RequestId;
import shoal.coordinator.core.RequestKey;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.State;
import shoal.coordinator.core.Submission;
import shoal.proto.v1.CancelReply;
import shoal.proto.v1.CancelRequest;
import shoal.proto.v1.DescribeReply;
import shoal.proto.v1.DescribeRequest;
import shoal.proto.v1.FetchChunk;
import shoal.proto.v1.FetchRequest;
import shoal.proto.v1.FilesReply;
import shoal.proto.v1.FilesRequest;
import shoal.proto.v1.ListReply;
import shoal.proto.v1.ListRequest;
import shoal.proto.v1.ResultFile;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunSummary;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.SubmitReply;
import shoal.proto.v1.SubmitRequest;
import shoal.proto.v1.WatchRequest;
import shoal.wire.Busy;

/** What clients ask about runs. */
final class RunFront extends RunsGrpc.RunsImplBase {
    /** Characters of a reason that somebody gives for cancelling. */
    private static final int REASON_LENGTH = 500;

    /** Lists of files that wait: some seconds of a disk's work. */
    private static final Duration LISTS_RETRY = Duration.ofSeconds(2);

    private final Core core;
    private final SubmissionReader submissions;
    private final Watchers watchers;
    private final Ways ways;
    private final ResultHashes hashes = new ResultHashes();

    /** What lies behind this front. */
    interface Core {
        State state();

        /** Asks for a decision; {@code then} must not wait. */
        void ask(Function<RequestId, Event> event, Consumer<Reply> then);

        /** Where a finished run's result is. */
        Path output(RunName run);

        /** What an operator should know besides. */
        List<String> remarks();

        /** Where the folders of runs are. */
        Path folder();
    }

    RunFront(Core core, SubmissionReader submissions, Watchers watchers, Ways ways) {
        this.core = requireNonNull(core, "core");
        this.submissions = requireNonNull(submissions, "submissions");
        this.watchers = requireNonNull(watchers, "watchers");
        this.ways = requireNonNull(ways, "ways");
    }

    @Override
    public void submit(SubmitRequest request, StreamObserver<SubmitReply> out) {
        try {
            Submission submission = submissions.read(request);
            Optional<RunName> name =
                    request.getName().isEmpty()
                            ? Optional.empty()
                            : Optional.of(new RunName(request.getName()));
            Optional<RequestKey> key =
                    RequestKeys.of(
                            request.getRequestId(), request.toBuilder().clearRequestId().build());
            core.ask(
                    id -> new Event.Submitted(id, key, name, submission),
                    reply ->
                            reply.accept(
                                    new Answering<>(
                                            out,
                                            accepted ->
                                                    SubmitReply.newBuilder()
                                                            .setName(accepted.text())
                                                            .build())));
        } catch (SubmissionReader.LackingException e) {
            out.onError(
                    Status.FAILED_PRECONDITION
                            .withDescription(e.getMessage())
                            .asRuntimeException());
        } catch (RuntimeException e) {
            out.onError(Statuses.of(e).asRuntimeException());
        }
    }

    @Override
    public void cancel(CancelRequest request, StreamObserver<CancelReply> out) {
        try {
            RunName name = new RunName(request.getName());
            String reason = request.getReason();
            String kept =
                    reason.length() > REASON_LENGTH ? reason.substring(0, REASON_LENGTH) : reason;
            Optional<RequestKey> key =
                    RequestKeys.of(
                            request.getRequestId(), request.toBuilder().clearRequestId().build());
            core.ask(
                    id -> new Event.CancelRequested(id, key, name, kept),
                    reply ->
                            reply.accept(
                                    new Answering<>(
                                            out,
                                            cancelled ->
                                                    CancelReply.newBuilder()
                                                            .setStatus(RunStatus.CANCELLED)
                                                            .build())));
        } catch (RuntimeException e) {
            out.onError(Statuses.of(e).asRuntimeException());
        }
    }

    @Override
    public void list(ListRequest request, StreamObserver<ListReply> out) {
        try {
            ListReply.Builder reply = ListReply.newBuilder();
            if (request.getName().isEmpty()) {
                reply.addAllRuns(RunList.of(core.state()));
            } else {
                reply.addRuns(known(request.getName()));
            }
            out.onNext(reply.build());
            out.onCompleted();
        } catch (RuntimeException e) {
            out.onError(status(e).asRuntimeException());
        }
    }

    @Override
    public void describe(DescribeRequest request, StreamObserver<DescribeReply> out) {
        try {
            out.onNext(Description.of(core.state(), core.folder(), core.remarks()));
            out.onCompleted();
        } catch (IOException | RuntimeException e) {
            out.onError(status(e).asRuntimeException());
        }
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<RunEvent> out) {
        try {
            RunSummary run = known(request.getName());
            watchers.watch(
                    new RunName(run.getName()),
                    request.getAfterSequence(),
                    (ServerCallStreamObserver<RunEvent>) out,
                    ways.threads().streams());
        } catch (RuntimeException e) {
            out.onError(status(e).asRuntimeException());
        }
    }

    @Override
    public void files(FilesRequest request, StreamObserver<FilesReply> out) {
        ServerCallStreamObserver<FilesReply> call = (ServerCallStreamObserver<FilesReply>) out;
        call.setOnCancelHandler(() -> {}); // an answer that nobody wants any more is no error
        if (!ways.threads().offer(() -> list(request.getName(), call))) {
            Busy busy = new Busy("lists of files wait for the coordinator's disk", LISTS_RETRY);
            out.onError(busy.asException());
        }
    }

    private void list(String name, ServerCallStreamObserver<FilesReply> out) {
        try {
            if (!out.isCancelled()) {
                List<ResultFile> files = finished(name).list(hashes, out::isCancelled);
                out.onNext(FilesReply.newBuilder().addAllFiles(files).build());
                out.onCompleted();
            }
        } catch (IOException | RuntimeException e) {
            out.onError(status(e).asRuntimeException());
        }
    }

    @Override
    public void fetch(FetchRequest request, StreamObserver<FetchChunk> out) {
        try {
            Path file =
                    finished(request.getName())
                            .find(request.getPath())
                            .orElseThrow(
                                    () ->
                                            new NotFoundException(
                                                    "run "
                                                            + request.getName()
                                                            + " has no such file"));
            ways.send(
                    (ServerCallStreamObserver<FetchChunk>) out,
                    FileOutflow.open(
                            file,
                            request.getOffsetBytes(),
                            data -> FetchChunk.newBuilder().setData(data).build()));
        } catch (IOException | RuntimeException e) {
            out.onError(status(e).asRuntimeException());
        }
    }

    private RunSummary known(String name) {
        return RunList.of(core.state(), new RunName(name))
                .orElseThrow(() -> new NotFoundException("there is no run named " + name));
    }

    private ResultFiles finished(String name) throws IOException {
        RunSummary run = known(name);
        ResultFiles files = new ResultFiles(core.output(new RunName(name)));
        boolean failed =
                run.getStatus() == RunStatus.FAILED || run.getStatus() == RunStatus.CANCELLED;
        if (run.getStatus() != RunStatus.DONE && !(failed && files.hasCheckpoints())) {
            throw new NotYetException(
                    "run "
                            + name
                            + " has no result: it is "
                            + run.getStatus()
                            + ", "
                            + run.getReason());
        }
        return files;
    }

    private static Status status(Exception e) {
        if (e instanceof NotFoundException) {
            return Status.NOT_FOUND.withDescription(e.getMessage());
        }
        if (e instanceof NotYetException) {
            return Status.FAILED_PRECONDITION.withDescription(e.getMessage());
        }
        return Statuses.of(e);
    }

    private static final class NotFoundException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotFoundException(String message) {
            super(message);
        }
    }

    private static final class NotYetException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotYetException(String message) {
            super(message);
        }
    }

    /** Sends the core's reply to the client. */
    private record Answering<M>(StreamObserver<M> out, Function<RunName, M> message)
            implements Reply.Handler<Boolean> {
        @Override
        public Boolean accepted(Reply.Accepted reply) {
            return send(reply.name());
        }

        @Override
        public Boolean cancelled(Reply.Cancelled reply) {
            return send(reply.name());
        }

        @Override
        public Boolean refused(Reply.Refused reply) {
            Status code =
                    switch (reply.kind()) {
                        case NAME_TAKEN -> Status.ALREADY_EXISTS;
                        case UNKNOWN_RUN -> Status.NOT_FOUND;
                        case RUN_ENDED -> Status.FAILED_PRECONDITION;
                        case TOO_MANY_RUNS -> Status.RESOURCE_EXHAUSTED;
                        case BUG -> Status.INTERNAL;
                        case OTHER_REQUEST -> Status.INVALID_ARGUMENT;
                    };
            out.onError(code.withDescription(reply.reason()).asRuntimeException());
            return false;
        }

        private boolean send(RunName name) {
            out.onNext(message.apply(name));
            out.onCompleted();
            return true;
        }
    }
}
