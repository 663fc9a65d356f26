package shoal.coordinator.core;

import com.google.protobuf.ByteString;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.Demand;
import shoal.proto.v1.LogRow;
import shoal.proto.v1.LogValue;
import shoal.proto.v1.ResumePoint;
import shoal.proto.v1.SubmitRequest;

/** Submissions as a client may send them, with and without each optional part. */
final class GeneratedRequest {
    private static final int TRIES = 20;

    private final GeneratedNumbers numbers;

    GeneratedRequest(GeneratedNumbers numbers) {
        this.numbers = numbers;
    }

    /**
     * A request.
     *
     * @throws IllegalArgumentException where a number is none that a recipe can have
     */
    SubmitRequest request() {
        SubmitRequest.Builder request =
                SubmitRequest.newBuilder().setName(numbers.text("r", 63)).setRecipeJson(recipe());
        add(request, Artefact.Role.TRAIN_ROWS, "train.tsv");
        if (!numbers.rarely()) {
            add(request, Artefact.Role.EVALUATION_ROWS, "eval.tsv");
        }
        add(request, Artefact.Role.MODEL_FILE, "config.json");
        add(request, Artefact.Role.MODEL_FILE, numbers.text("model.safetensors", 200));
        if (numbers.flag()) {
            request.setDemand(
                    Demand.newBuilder()
                            .setLeastWorkers(numbers.count(1, 1))
                            .setMostWorkers(numbers.count(1, 2))
                            .setWaitSeconds(numbers.count(0, 600)));
        }
        if (numbers.below(3) == 0) {
            add(request, Artefact.Role.CHECKPOINT_FILE, "model.safetensors");
            request.setResume(resume());
        }
        return (SubmitRequest) numbers.without(request.build());
    }

    /** Most numbers at a bound are refused by a recipe's own records: some of those are enough. */
    private String recipe() {
        for (int tries = 0; ; tries++) {
            try {
                return new GeneratedRecipes(numbers).json();
            } catch (IllegalArgumentException refused) {
                if (tries == TRIES) {
                    throw refused;
                }
            }
        }
    }

    private void add(SubmitRequest.Builder request, Artefact.Role role, String name) {
        request.addArtefacts(
                Artefact.newBuilder()
                        .setRole(role)
                        .setName(name)
                        .setSha256(ByteString.copyFrom(new byte[32]))
                        .setSizeBytes(numbers.whole(0, 9)));
    }

    private ResumePoint resume() {
        int step = numbers.count(1, 3);
        ResumePoint.Builder point =
                ResumePoint.newBuilder()
                        .setStep(step)
                        .setLoggedStep(numbers.count(0, Math.max(0, Math.min(step, 3))))
                        .setLossSinceLogged(numbers.decimal(1))
                        .setLossUntilLogged(numbers.decimal(1))
                        .setLearningRate(numbers.decimal(1e-3))
                        .setFlos(numbers.decimal(1e9))
                        .setBestStep(numbers.count(0, 2))
                        .setBestCheckpoint(numbers.count(0, 1))
                        .setMisses(numbers.count(0, 2))
                        .setStopped(numbers.below(4) == 0);
        if (numbers.flag()) {
            point.setGradientNorm(numbers.decimal(1));
        }
        if (numbers.flag()) {
            point.setBestMetric(numbers.decimal(1));
        }
        for (int i = numbers.below(3); i > 0; i--) {
            point.addHistory(row(step));
        }
        return point.build();
    }

    private LogRow row(int step) {
        LogRow.Builder row = LogRow.newBuilder();
        if (!numbers.rarely()) {
            row.addValues(
                    LogValue.newBuilder()
                            .setName(numbers.text("loss", 100))
                            .setNumber(numbers.decimal(1))
                            .setIsInteger(numbers.rarely()));
            row.addValues(LogValue.newBuilder().setName("step").setNumber(step).setIsInteger(true));
        }
        return row.build();
    }
}
