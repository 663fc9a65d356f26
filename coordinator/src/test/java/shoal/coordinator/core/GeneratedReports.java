package shoal.coordinator.core;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import shoal.plan.step.ExactSum;
import shoal.plan.step.TensorSquares;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Hello;
import shoal.proto.v1.NonFinite;
import shoal.proto.v1.PeerFacts;
import shoal.proto.v1.ProbeHash;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.RunTrouble;
import shoal.proto.v1.StateUploaded;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.proto.v1.WorkerMessage;
import shoal.recipe.Limits;

/** What workers say when they do what they are told, with numbers at their bounds. */
final class GeneratedReports {
    /** Rows beyond which a worker of a test does not count them one by one. */
    private static final int MOST_ROWS = 3_000;

    private static final ByteString HASH = ByteString.copyFrom(new byte[32]);

    private final GeneratedNumbers numbers;
    private final int trainRows;
    private final int evaluationRows;
    private final int labels;
    private final int tensors;
    private int sender;
    private int wanted = 1;
    private int shape;

    GeneratedReports(GeneratedNumbers numbers) {
        this.numbers = numbers;
        this.trainRows = numbers.count(1, 12);
        this.evaluationRows = numbers.count(0, 6);
        this.labels = numbers.count(1, 3);
        this.tensors = 1 + numbers.below(3);
    }

    Hello hello(int number) {
        Hello.Builder hello =
                Hello.newBuilder()
                        .setWorkerId(numbers.text("w" + number, 63))
                        .setIncarnation(numbers.text("i" + number, 255))
                        .setHost(numbers.text("here", 255))
                        .setProcessId(numbers.whole(1, 99))
                        .setLanes(numbers.count(1, 4));
        if (!numbers.rarely()) {
            hello.setPeer(
                    PeerFacts.newBuilder()
                            .setAddress(numbers.text("here:" + number, 255))
                            .setHostNonce(numbers.text("n", 255))
                            .setDevice(numbers.flag() ? "" : numbers.text("GPU-1", 255)));
        }
        hello.addProbe(ProbeHash.newBuilder().setOperators("product").setHash(HASH));
        return hello.build();
    }

    /** Which member says this message. */
    int sender(WorkerMessage message) {
        return message.hasRunTrouble() ? 0 : sender;
    }

    /** What the member that is told next says, one after the other. */
    List<WorkerMessage> answers(Command command, Crew crew) {
        sender = (sender + 1) % crew.size();
        int index = sender;
        if (numbers.rarely() && numbers.below(4) == 0) {
            return List.of(trouble(command.fence()));
        }
        return command.accept(
                new Command.Handler<>() {
                    @Override
                    public List<WorkerMessage> startRun(Command.StartRun start) {
                        sender = start.index();
                        return List.of(ready(start));
                    }

                    @Override
                    public List<WorkerMessage> openStep(Command.OpenStep open) {
                        return List.of(reduced(open.fence(), open.step(), index, crew.size()));
                    }

                    @Override
                    public List<WorkerMessage> measureStep(Command.MeasureStep measure) {
                        return List.of(measured(measure));
                    }

                    @Override
                    public List<WorkerMessage> commitStep(Command.CommitStep commit) {
                        return commit.opensNext()
                                ? List.of(
                                        reduced(
                                                commit.fence(),
                                                commit.commit().step() + 1,
                                                index,
                                                crew.size()))
                                : List.of();
                    }

                    @Override
                    public List<WorkerMessage> evaluate(Command.Evaluate evaluate) {
                        return evaluated(evaluate);
                    }

                    @Override
                    public List<WorkerMessage> uploadState(Command.UploadState upload) {
                        return List.of(uploaded(upload));
                    }

                    @Override
                    public List<WorkerMessage> endRun(Command.EndRun end) {
                        return List.of();
                    }
                });
    }

    private WorkerMessage ready(Command.StartRun start) {
        RunReady.Builder ready =
                RunReady.newBuilder()
                        .setFence(fence(start.fence()))
                        .setAppliedStep(start.step())
                        .setTrainRows(trainRows)
                        .setEvaluationRows(evaluationRows)
                        .setLabels(labels)
                        .setParameters(numbers.whole(1, 99))
                        .setShardMapHash(HASH);
        for (int i = numbers.below(2); i > 0; i--) {
            ready.addNotices(numbers.text("1 line was skipped", 4_000));
        }
        return WorkerMessage.newBuilder().setRunReady(ready).build();
    }

    private WorkerMessage reduced(Fence fence, int step, int index, int workers) {
        StepReduced.Builder reduced =
                StepReduced.newBuilder()
                        .setFence(fence(fence))
                        .setStep(step)
                        .setTokens(numbers.count(0, 99))
                        .setFlos(numbers.whole(99, 99))
                        .setDealHash(HASH)
                        .setSquaredNormSum(squares());
        for (int row : rows(index, workers)) {
            reduced.addRows(row).addLossTerms(numbers.decimal(1));
        }
        if (numbers.rarely() && numbers.flag()) {
            reduced.setNonFinite(place());
        }
        return WorkerMessage.newBuilder().setStepReduced(reduced).build();
    }

    /** What a member computes of a step's rows, where nothing is drawn instead. */
    private List<Integer> rows(int index, int workers) {
        List<Integer> rows = new ArrayList<>();
        int all = wanted;
        for (int row = index; row < all && row < MOST_ROWS; row += workers) {
            rows.add(numbers.rarely() && numbers.below(9) == 0 ? numbers.count(0, 9) : row);
        }
        return rows;
    }

    /** The next step has so many rows. */
    void expectRows(int rows) {
        wanted = rows;
    }

    private ByteString squares() {
        if (numbers.rarely() && numbers.below(4) == 0) {
            return ByteString.copyFrom(numbers.bytes(ExactSum.SIZE_BYTES - numbers.below(2)));
        }
        ExactSum sum = new ExactSum();
        double square = numbers.decimal(4);
        if (Double.isFinite(square)) {
            sum.add(square);
        }
        return ByteString.copyFrom(sum.toBytes());
    }

    private WorkerMessage measured(Command.MeasureStep measure) {
        StepMeasured.Builder measured =
                StepMeasured.newBuilder().setFence(fence(measure.fence())).setStep(measure.step());
        if (shape > 0) {
            TensorSquares squares = TensorSquares.zeros(tensors);
            for (int i = 0; i < tensors; i++) {
                double weight = numbers.decimal(2);
                double direction = numbers.decimal(2);
                if (Double.isFinite(weight) && Double.isFinite(direction)) {
                    squares.add(i, weight, direction);
                }
            }
            byte[] bytes = squares.toBytes();
            measured.setSquares(
                    ByteString.copyFrom(
                            numbers.rarely() && numbers.flag()
                                    ? numbers.bytes(bytes.length)
                                    : bytes));
        }
        for (int i = 0; shape > 1 && i < tensors; i++) {
            measured.addLargestRatios((float) numbers.decimal(2));
        }
        if (numbers.rarely() && numbers.flag()) {
            measured.setNonFinite(place());
        }
        return WorkerMessage.newBuilder().setStepMeasured(measured).build();
    }

    /** What is measured next: 0 nothing, 1 norms, 2 norms and ratios. */
    void expectShape(int what) {
        shape = numbers.rarely() && numbers.below(4) == 0 ? numbers.below(3) : what;
    }

    private List<WorkerMessage> evaluated(Command.Evaluate evaluate) {
        int from = evaluate.rows().from();
        int to = evaluate.rows().to();
        if (to - from > MOST_ROWS) {
            return List.of();
        }
        List<WorkerMessage> messages = new ArrayList<>();
        int middle = from + (to - from) / 2;
        if (middle > from && numbers.flag()) {
            messages.add(rows(evaluate, from, middle, false));
            from = middle;
        }
        messages.add(rows(evaluate, from, to, true));
        return messages;
    }

    private WorkerMessage rows(Command.Evaluate evaluate, int from, int to, boolean last) {
        EvaluationRows.Builder rows =
                EvaluationRows.newBuilder()
                        .setFence(fence(evaluate.fence()))
                        .setStep(evaluate.step())
                        .setFirstRow(from)
                        .setLast(last)
                        .setSeconds(numbers.decimal(1));
        for (int row = from; row < to; row++) {
            rows.addLosses((float) numbers.decimal(1))
                    .addPredictions(numbers.below(Math.max(1, Math.min(labels, Limits.LABELS))))
                    .addLabels(numbers.below(Math.max(1, Math.min(labels, Limits.LABELS))));
        }
        return WorkerMessage.newBuilder().setEvaluationRows(rows).build();
    }

    private WorkerMessage uploaded(Command.UploadState upload) {
        return WorkerMessage.newBuilder()
                .setStateUploaded(
                        StateUploaded.newBuilder()
                                .setFence(fence(upload.fence()))
                                .setStep(upload.step())
                                .setPeakResidentBytes(numbers.whole(1, 99)))
                .build();
    }

    private WorkerMessage trouble(Fence fence) {
        RunTrouble.Builder trouble =
                RunTrouble.newBuilder().setFence(fence(fence)).setUserError(numbers.flag());
        if (numbers.flag()) {
            trouble.setLostPeer(numbers.count(0, 2));
        }
        if (numbers.flag()) {
            trouble.addProblems(numbers.text("no space", 4_000));
        }
        return WorkerMessage.newBuilder().setRunTrouble(trouble).build();
    }

    private NonFinite place() {
        return NonFinite.newBuilder()
                .setUnit(numbers.text("layer 3", 255))
                .setBlock(numbers.whole(0, 9))
                .build();
    }

    private static shoal.proto.v1.Fence fence(Fence fence) {
        return shoal.proto.v1.Fence.newBuilder()
                .setRun(fence.run().text())
                .setGeneration(fence.generation())
                .build();
    }
}
