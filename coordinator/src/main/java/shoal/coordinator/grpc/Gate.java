package shoal.coordinator.grpc;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.StateGrpc;
import shoal.proto.v1.WorkerSessionGrpc;
import shoal.wire.Scope;
import shoal.wire.TokenGate;

/** Which scope each method needs; the comments of the .proto files say the same in words. */
final class Gate {
    private static final Set<Scope> WORKER = Set.of(Scope.WORKER);
    private static final Set<Scope> SUBMIT = Set.of(Scope.SUBMIT);
    private static final Set<Scope> READ = Set.of(Scope.READ);

    private Gate() {}

    static TokenGate of(Function<String, Optional<Scope>> scopeOfFingerprint) {
        return new TokenGate(
                scopeOfFingerprint,
                Map.ofEntries(
                        Map.entry(WorkerSessionGrpc.getAttachMethod().getFullMethodName(), WORKER),
                        Map.entry(StateGrpc.getUploadMethod().getFullMethodName(), WORKER),
                        Map.entry(ArtefactsGrpc.getMissingMethod().getFullMethodName(), SUBMIT),
                        Map.entry(ArtefactsGrpc.getUploadMethod().getFullMethodName(), SUBMIT),
                        Map.entry(
                                ArtefactsGrpc.getDownloadMethod().getFullMethodName(),
                                Set.of(Scope.WORKER, Scope.SUBMIT)),
                        Map.entry(RunsGrpc.getSubmitMethod().getFullMethodName(), SUBMIT),
                        Map.entry(RunsGrpc.getCancelMethod().getFullMethodName(), SUBMIT),
                        Map.entry(RunsGrpc.getListMethod().getFullMethodName(), READ),
                        Map.entry(
                                RunsGrpc.getDescribeMethod().getFullMethodName(),
                                Set.of(Scope.WORKER, Scope.READ)),
                        Map.entry(RunsGrpc.getWatchMethod().getFullMethodName(), READ),
                        Map.entry(RunsGrpc.getFilesMethod().getFullMethodName(), READ),
                        Map.entry(RunsGrpc.getFetchMethod().getFullMethodName(), READ)));
    }
}
