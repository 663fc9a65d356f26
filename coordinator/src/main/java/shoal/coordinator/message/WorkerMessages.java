package shoal.coordinator.message;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import shoal.coordinator.core.EvaluationPart;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.Hash;
import shoal.coordinator.core.HeldRun;
import shoal.coordinator.core.LoadFacts;
import shoal.coordinator.core.PeerFacts;
import shoal.coordinator.core.Probe;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.StepSums;
import shoal.coordinator.core.WorkerFacts;
import shoal.coordinator.core.WorkerName;
import shoal.coordinator.core.WorkerProcess;
import shoal.coordinator.core.WorkerReport;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Hello;
import shoal.proto.v1.NonFinite;
import shoal.proto.v1.ProbeHash;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.RunTrouble;
import shoal.proto.v1.StateUploaded;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.proto.v1.WorkerMessage;
import shoal.recipe.Limits;

/**
 * Reads what workers send. Every method throws IllegalArgumentException, with what is wrong in
 * words, for a message that no correct worker sends.
 */
public final class WorkerMessages {
    /** Characters of an incarnation, a host or a fence's run: they are repeated in messages. */
    private static final int WORD_LENGTH = 255;

    /** Notices and problems of one message, and characters of each: people read them. */
    private static final int LINES = 100;

    private static final int LINE_LENGTH = 4_000;

    private WorkerMessages() {}

    /** Who says hello. */
    public static WorkerProcess process(Hello hello) {
        return new WorkerProcess(
                new WorkerName(hello.getWorkerId()), word("incarnation", hello.getIncarnation()));
    }

    /** What it says of itself. */
    public static WorkerFacts facts(Hello hello) {
        return new WorkerFacts(
                word("host", hello.getHost()),
                hello.getProcessId(),
                hello.getLanes(),
                hello.hasPeer() ? Optional.of(peer(hello.getPeer())) : Optional.empty(),
                probe(hello.getProbeList()));
    }

    private static PeerFacts peer(shoal.proto.v1.PeerFacts peer) {
        if (peer.getHostNonce().length() > WORD_LENGTH) {
            throw new IllegalArgumentException(
                    "host_nonce has "
                            + peer.getHostNonce().length()
                            + " characters, expected at most "
                            + WORD_LENGTH);
        }
        return new PeerFacts(
                word("peer address", peer.getAddress()),
                peer.getHostNonce(),
                peer.getDevice().isEmpty()
                        ? Optional.empty()
                        : Optional.of(word("device", peer.getDevice())));
    }

    private static Probe probe(List<ProbeHash> hashes) {
        if (hashes.size() > LINES) {
            throw new IllegalArgumentException(
                    hashes.size() + " probe hashes, expected at most " + LINES);
        }
        return new Probe(
                hashes.stream()
                        .map(
                                one ->
                                        new Probe.Group(
                                                word("operators", one.getOperators()),
                                                hash(one.getHash())))
                        .toList());
    }

    /** What it holds. */
    public static Optional<HeldRun> held(Hello hello) {
        if (!hello.hasHeldRun()) {
            return Optional.empty();
        }
        shoal.proto.v1.HeldRun held = hello.getHeldRun();
        return Optional.of(
                new HeldRun(
                        fence(held.getFence()),
                        new HeldRun.Position(held.getAppliedStep(), held.getReducedStep())));
    }

    /** What a message says of a run; empty for a heartbeat, and a Hello that is no report. */
    public static Optional<WorkerReport> report(WorkerMessage message) {
        return switch (message.getKindCase()) {
            case RUN_READY -> Optional.of(ready(message.getRunReady()));
            case STEP_REDUCED -> Optional.of(reduced(message.getStepReduced()));
            case STEP_MEASURED -> Optional.of(measured(message.getStepMeasured()));
            case EVALUATION_ROWS -> Optional.of(evaluated(message.getEvaluationRows()));
            case STATE_UPLOADED -> Optional.of(uploaded(message.getStateUploaded()));
            case RUN_TROUBLE -> Optional.of(trouble(message.getRunTrouble()));
            case HELLO, HEARTBEAT, CERTIFICATE_REQUEST, KIND_NOT_SET -> Optional.empty();
        };
    }

    /** What a message speaks for. */
    public static Fence fence(shoal.proto.v1.Fence fence) {
        return new Fence(new RunName(fence.getRun()), fence.getGeneration());
    }

    private static WorkerReport ready(RunReady ready) {
        return new WorkerReport.Ready(
                fence(ready.getFence()),
                new HeldRun.Position(ready.getAppliedStep(), ready.getReducedStep()),
                new LoadFacts(
                        ready.getTrainRows(),
                        ready.getEvaluationRows(),
                        ready.getLabels(),
                        ready.getParameters()),
                hash(ready.getShardMapHash()),
                lines(ready.getNoticesList()));
    }

    private static WorkerReport reduced(StepReduced reduced) {
        Optional<StepSums.BlockPlace> nonFinite =
                reduced.hasNonFinite()
                        ? Optional.of(place(reduced.getNonFinite()))
                        : Optional.empty();
        return new WorkerReport.Reduced(
                fence(reduced.getFence()),
                reduced.getStep(),
                new StepSums(
                        rows(reduced),
                        reduced.getLossTermsList().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray(),
                        reduced.getSquaredNormSum().toByteArray(),
                        Integer.toUnsignedLong(reduced.getTokens()),
                        reduced.getFlos(),
                        nonFinite,
                        hash(reduced.getDealHash())));
    }

    private static WorkerReport measured(StepMeasured measured) {
        return new WorkerReport.Measured(
                fence(measured.getFence()),
                measured.getStep(),
                measured.getSquares().toByteArray(),
                measured.getLargestRatiosList(),
                measured.hasNonFinite()
                        ? Optional.of(place(measured.getNonFinite()))
                        : Optional.empty());
    }

    private static StepSums.BlockPlace place(NonFinite place) {
        return new StepSums.BlockPlace(word("unit", place.getUnit()), place.getBlock());
    }

    private static int[] rows(StepReduced reduced) {
        if (reduced.getRowsCount() > Limits.STEP_ROWS) {
            throw new IllegalArgumentException(
                    reduced.getRowsCount()
                            + " rows in one message, expected at most "
                            + Limits.STEP_ROWS);
        }
        return ints(reduced.getRowsList());
    }

    private static Hash hash(ByteString bytes) {
        return new Hash(HexFormat.of().formatHex(bytes.toByteArray()));
    }

    private static WorkerReport evaluated(EvaluationRows rows) {
        if (rows.getLossesCount() > Limits.EVALUATION_ROWS_PER_MESSAGE) {
            throw new IllegalArgumentException(
                    rows.getLossesCount()
                            + " evaluation rows in one message, expected at most "
                            + Limits.EVALUATION_ROWS_PER_MESSAGE);
        }
        float[] losses = new float[rows.getLossesCount()];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = rows.getLosses(i);
        }
        return new WorkerReport.Evaluated(
                fence(rows.getFence()),
                rows.getStep(),
                new EvaluationPart(
                        rows.getFirstRow(),
                        losses,
                        ints(rows.getPredictionsList()),
                        ints(rows.getLabelsList())),
                rows.getLast() ? Optional.of(rows.getSeconds()) : Optional.empty());
    }

    private static WorkerReport uploaded(StateUploaded uploaded) {
        return new WorkerReport.Uploaded(
                fence(uploaded.getFence()), uploaded.getStep(), uploaded.getPeakResidentBytes());
    }

    private static WorkerReport trouble(RunTrouble trouble) {
        return new WorkerReport.Trouble(
                fence(trouble.getFence()),
                trouble.getUserError(),
                trouble.hasLostPeer() ? OptionalInt.of(trouble.getLostPeer()) : OptionalInt.empty(),
                lines(trouble.getProblemsList()));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String word(String what, String text) {
        if (text.isEmpty() || text.length() > WORD_LENGTH) {
            throw new IllegalArgumentException(
                    what + " has " + text.length() + " characters, expected 1 to " + WORD_LENGTH);
        }
        return text;
    }

    private static List<String> lines(List<String> lines) {
        return lines.stream()
                .limit(LINES)
                .map(
                        line ->
                                line.length() <= LINE_LENGTH
                                        ? line
                                        : line.substring(0, LINE_LENGTH) + "...")
                .toList();
    }
}
